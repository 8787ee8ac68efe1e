"""Where a task works and what came of it: git worktrees, snapshots, changes, merging, discarding."""
