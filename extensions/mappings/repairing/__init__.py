"""Repairs of what a customer's account lacks: planned from a fresh reading, written whole, read back, undone.

`operations` says what may be asked, `account` reads what a plan rests on, `planning` makes the plan, `comparing` says
whether the account has moved on and whether Oneflow took the write; none of these know a database. `proposing`,
`approving` and `executing` keep the repair's state in its row.
"""
