"""Commands for developers of Strata: checks, recorded files and generated docs."""
