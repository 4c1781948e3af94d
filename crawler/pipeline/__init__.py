"""One check of a source, from request to commit: gather, decide, commit.

    gather.py   asks the world and the store, keeps the raw bytes, reads pages       (the only part that waits)
    decide.py   turns what was gathered into what shall be written                   (pure)
    check.py    joins the two and commits each check in one transaction
    round.py    many checks side by side, then one confirmation for all doubtful edits

The same check serves the one-off crawl and the daemon.
"""
