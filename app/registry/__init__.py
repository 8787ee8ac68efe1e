"""The folder of TOML records that is the only state: layout, records, locks, transactions."""
