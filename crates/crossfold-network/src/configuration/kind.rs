//! Families of networks.

words! {
    /// A family of networks.
    Kind {
        /// No hidden layer: least squares for a number, multinomial logistic regression for classes.
        Linear = "linear",
        /// Dense layers, one behind the other.
        Mlp = "mlp",
        /// Convolutions of images, then dense layers.
        Cnn = "cnn",
        /// Recurrent layers over the steps of sequences or the rows of images.
        Rnn = "rnn",
    }
}
