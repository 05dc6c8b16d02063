/** No server takes a header that is longer. */
export const longestSecret = 16 * 1024;
