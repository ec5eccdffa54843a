"""A quick baseline, for targets with features and no predictions: ridge on splines, out of fold."""
