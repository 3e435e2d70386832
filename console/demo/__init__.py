"""`make demo`: a live console over a local Oneflow, with some of its accounts broken on purpose."""
