import {setFlagsFromString} from 'node:v8';

/** How much the heap may grow beyond what lives in it before it is collected, in percent; V8's own choice is up to 300. */
const growthPercent = 30;

/**
 * Keeps the process small: nearly all that a long export allocates is garbage a moment later, and V8 would rather let it pile
 * up than collect it. Both flags are read anew at each collection, so that they still count after the start. For the
 * process edge only: they hold for the whole process.
 */
export function keepHeapSmall(): void {
	setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
	// The space of young objects stays as it is, 1 MB, where it would grow to 16 MB.
	setFlagsFromString('--semi-space-growth-factor=1');
}
