/* The codes of the characters that JSON is made of. */

/** `"` */
export const quote = 0x22;
/** `\` */
export const backslash = 0x5c;
/** `,` */
export const comma = 0x2c;
/** `{` */
export const openObject = 0x7b;
/** `}` */
export const closeObject = 0x7d;
/** `[` */
export const openArray = 0x5b;
/** `]` */
export const closeArray = 0x5d;
