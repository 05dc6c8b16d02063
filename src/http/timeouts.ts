/**
 * Milliseconds that one address of a host may take to connect before the next is tried. Node drops it after 250 by default:
 * a host that is far away and has another address which does not work could not be reached at all.
 */
export const perAddressMs = 2500;
