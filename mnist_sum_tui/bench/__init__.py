"""How fast training is on this machine, against a plain loop; `mnist-sum bench` prints it."""
