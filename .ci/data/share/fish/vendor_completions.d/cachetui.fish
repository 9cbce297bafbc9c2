# cachetui's completion for fish
function _cachetui_completion
    set -l command (string replace -r '^~' -- $HOME (commandline -opc)[1])
    set -l token (commandline -ct)
    set -l option (string match -r -- '^--[^=]*=' $token)
    for line in (env _CACHETUI_COMPLETE=fish_complete COMP_WORDS=(commandline -cp | string collect) \
            COMP_CWORD=$token $command 2>/dev/null)
        set -l parts (string split -m 1 , -- $line)
        switch $parts[1]
            case plain open
                echo $parts[2]
            case dir
                for path in (__fish_complete_directories $parts[2])
                    echo "$option$path"
                end
            case file
                for path in (__fish_complete_path $parts[2])
                    echo "$option$path"
                end
        end
    end
end
complete --no-files --keep-order --command cachetui --arguments '(_cachetui_completion)'
