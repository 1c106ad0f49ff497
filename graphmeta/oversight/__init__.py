"""What is done with runs, told and ended: retention, subject rights, transparency, assessment.

This floor sees runs, their audit logs and, where there is one, the store of cases. It asks nothing
of the data that the pipeline has not answered already.
"""
