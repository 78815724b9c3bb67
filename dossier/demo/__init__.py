"""The demo: one made-up enforcement case goes in, the scans a team would hand over and the truth about them come out."""
