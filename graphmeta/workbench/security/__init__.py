"""Who may come in, from where, and what may a page load?

Checked before any routing, in this order: a foreign ``Host`` is refused with 400, a request that
changes something and comes from another site with 403, one without a session with 401 (``gate``).
Roles are checked next, page by page (``graphmeta.workbench.page``).
"""
