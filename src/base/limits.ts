/** No server takes a header that is longer. */
export const longestSecret = 16 * 1024;

/** The most bytes of a body where nobody says otherwise. A page of log rows is a thousand times smaller. */
export const defaultMaxResponseBytes = 256 * 2 ** 20;
