// A module of its own, so that the bundle loads the package only where a file is locked.
import lockfile from 'proper-lockfile';

/** Takes a lock; see the package's documentation. */
export const {lock} = lockfile;
