"""`python -m mnist_sum_tui` is the same as `mnist-sum`."""

from mnist_sum_tui.cli.main import main

if __name__ == "__main__":
    main()
