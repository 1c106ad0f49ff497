"""The review: can a person who distrusts us check a run, and learn what cannot be checked?

One file per question. Each looks at something, says what it looked at, and how to look again by
hand; what nothing here can prove stands in ``unproven``.
"""
