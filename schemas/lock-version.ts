// The version of lamina.lock's shape, apart from the shape itself: a lock whose text is known is read without the validator.

/** Raised when an older lamina would misread the file. */
export const lockVersion = 1;
