"""Golden clusters: hidden ones whose answer is known, to measure those who review.

A lead takes them from a made-up world, or from clusters that several people settled, and the
workbench mixes them into the queue of a run. They stand in no table of that run: they are laid
over it while it is served (:mod:`graphmeta.cases.golden.overlay`), so whatever opens the run
itself (exports, draws, recalibration, transparency, rates) cannot meet one. What reviewers say of
them goes into a table of its own, and into the run's audit log under an act of its own.
"""
