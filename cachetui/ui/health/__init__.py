"""The Health view: findings, and deep verification."""
