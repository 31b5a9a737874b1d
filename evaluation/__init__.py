"""This folder is where accuracy is measured: on real music with ground truth, beside plain baselines."""
