"""The charts: one function each, shared by the report in one file and by every other surface.

A chart is a Bokeh figure without any callback, so that it draws under a content security policy
that forbids evaluated code. Beside each stands a function that says the same in a sentence, for
readers who do not see it. Ids of accounts are never drawn on a canvas: text there may be taken
for mathematics; they appear in tool tips, which hold plain text.
"""
