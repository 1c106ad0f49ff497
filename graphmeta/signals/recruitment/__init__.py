"""Recruitment: where those whom a group contacted went next, and who sent them there."""
