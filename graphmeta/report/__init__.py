"""What people read: the report in one file, its charts, and the same in words."""
