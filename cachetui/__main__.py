"""Run cachetui as `python -m cachetui`."""

from cachetui.cli.main import main

if __name__ == "__main__":
    main()
