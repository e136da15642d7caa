"""What a training's line of news says of its epochs."""

from dataclasses import replace

from mnist_sum_tui.tui.widgets.said import Said
from tests.tui.recorded import epoch_done


def test_after_an_epoch_that_is_not_the_best_the_best_one_is_told() -> None:
    said, best = Said(""), replace(epoch_done(200, 2, 9.0, 0.1, 0.2), val_digit_accuracy=0.9844, val_sum_accuracy=0.983)
    words = "epoch 2: validation digit 98.44 %, sum 98.30 % (best epoch so far)"
    after = {1: "", 2: words, 3: "; best: epoch 2, 98.44 / 98.30 %", 4: "; best: epoch 2, 98.44 / 98.30 %"}
    for epoch, ending in after.items():
        said.add(replace(best, epoch=epoch, best=epoch == 2))
        assert said.news(None).endswith(f"98.30 %{ending}" if epoch != 2 else ending)
        assert said.news(None).count("best") == (epoch > 1)
    said.add(replace(best, epoch=5, best=True, val_sum_accuracy=0.9828))
    assert said.news(None).endswith("sum 98.28 % (best, within chance)"), "it counts, though it is lower"
