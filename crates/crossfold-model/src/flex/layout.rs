//! Images pixel by pixel, as networks here see them, and channel by channel, as files have them; matrices row by row and
//! column by column.

use crossfold_network::Image;

/// Of `values` that are images one after another, channel after channel: the same, pixel after pixel with all
/// channels.
pub(crate) fn channels_last<T: Copy>(values: &[T], image: Image) -> Vec<T> {
    let Image { height, width, channels } = image;
    let pixels = height * width;
    let images = values.chunks_exact(image.values());
    images.flat_map(|values| (0..pixels * channels).map(|i| values[i % channels * pixels + i / channels])).collect()
}

/// The way back.
pub(crate) fn channels_first<T: Copy>(values: &[T], image: Image) -> Vec<T> {
    let Image { height, width, channels } = image;
    let pixels = height * width;
    let images = values.chunks_exact(image.values());
    images.flat_map(|values| (0..pixels * channels).map(|i| values[i % pixels * channels + i / pixels])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_and_channels_change_places() {
        let image = Image { height: 1, width: 3, channels: 2 };
        let [first, last] = [[1, 2, 3, 11, 12, 13], [1, 11, 2, 12, 3, 13]];
        assert_eq!(channels_last(&first.repeat(2), image), last.repeat(2));
        assert_eq!(channels_first(&last.repeat(2), image), first.repeat(2));
    }
}
