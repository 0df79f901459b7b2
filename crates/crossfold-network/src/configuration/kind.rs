//! Kinds of networks.

words! {
    /// A kind of network.
    Kind {
        /// No hidden layer: least squares for a number, multinomial logistic regression for classes.
        Linear = "linear",
        /// A chain of dense layers.
        Mlp = "mlp",
        /// Convolutions of images, then dense layers.
        Cnn = "cnn",
        /// Recurrent layers over the steps of sequences or the rows of images.
        Rnn = "rnn",
    }
}
