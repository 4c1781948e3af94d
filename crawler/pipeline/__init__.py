"""One check of a source, from request to commit: gather, decide, commit.

    resolve.py      which kind an ``auto`` source is
    choosing.py     which articles a check looks at                                        (pure)
    gather.py       asks the world and the store, keeps the raw bytes                      (the only part that waits)
    sharing.py      one request for what several checks want at the same moment
    looks.py        what one response looks like: judged, and read                         (pure)
    steps.py gone.py   what becomes of one article: new, edited, moved, restored; missing, removed   (pure)
    remembered.py told.py   what such a step leaves in memory, and what is told of it      (pure)
    grounds.py rereading.py   the before, read again by a newer reader                    (grounds: pure)
    reparse.py replay.py   all that is known read again on demand; what that would tell   (replay: pure)
    masking.py      what siblings share, left out of the comparison                         (pure)
    rulings.py      what an operator's word on an incident leads to                        (pure)
    doubt.py        how often an edit must be seen before it is told                       (pure)
    twins.py        one article at two addresses                                          (pure)
    kindred.py kinship.py   what tells the same elsewhere, brought beside the looks; what that means   (kinship: pure)
    signposts.py    pages that lead to one that only says where to look
    window.py lapses.py     what a listing drops from its midst; who is looked for because of that     (window: pure)
    pages.py masses.py troubles.py habits.py   what pages say together, and what is usual  (pure)
    context.py      what a decision needs to know                                         (pure)
    decide.py       all steps of a check, and the source itself, as one outcome            (pure)
    check.py        joins gathering and deciding, and commits each check in one transaction
    writer.py       the store's own thread: waiting checks are committed together
    round.py        many checks side by side, then one second look at all doubtful edits

The same check serves the one-off crawl and the daemon.
"""
