"""What Strata's speed is measured with: each figure beside another way to do the same, in the same run."""
