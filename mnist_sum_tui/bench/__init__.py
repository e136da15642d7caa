"""The measurements of `mnist-sum bench`: how fast training is on this machine."""
