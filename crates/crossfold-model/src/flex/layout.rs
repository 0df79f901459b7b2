//! The order of an image's values: pixel by pixel in this network, channel by channel in files.

use crossfold_network::Image;

/// Reorders images from channel by channel to pixel by pixel with all channels of a pixel together.
pub(super) fn channels_last<T: Copy>(values: &[T], image: Image) -> Vec<T> {
    let Image { height, width, channels } = image;
    let pixels = height * width;
    let images = values.chunks_exact(image.values());
    images.flat_map(|values| (0..pixels * channels).map(|i| values[i % channels * pixels + i / channels])).collect()
}

/// The reverse of [`channels_last`].
pub(super) fn channels_first<T: Copy>(values: &[T], image: Image) -> Vec<T> {
    let Image { height, width, channels } = image;
    let pixels = height * width;
    let images = values.chunks_exact(image.values());
    images.flat_map(|values| (0..pixels * channels).map(|i| values[i % pixels * channels + i / pixels])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_inverse_to_each_other() {
        let image = Image { height: 1, width: 3, channels: 2 };
        let [first, last] = [[1, 2, 3, 11, 12, 13], [1, 11, 2, 12, 3, 13]];
        assert_eq!(channels_last(&first.repeat(2), image), last.repeat(2));
        assert_eq!(channels_first(&last.repeat(2), image), first.repeat(2));
    }
}
