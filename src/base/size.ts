import {constants} from 'node:buffer';

const units: Readonly<Record<string, number>> = {b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30};

/**
 * The most bytes of an answer, whatever is allowed, and so of a row: both must fit into one text, beside what is read with
 * them at a time. Whoever reads rows back takes as much, so that none is written that is not read again.
 */
export const largestBytes = Math.floor(constants.MAX_STRING_LENGTH / 2 ** 20) * 2 ** 20;

/** Bytes of a size such as `64MiB`, `200MB` or `1.5 GiB`, in any case, or undefined when the text is none. */
export function parseSize(text: string): number | undefined {
	const [, amount, unit = ''] = /^(\d{1,15}(?:\.\d{1,15})?) ?([kmg]?i?b)$/i.exec(text) ?? [];
	const factor = units[unit.toLowerCase()];
	return amount === undefined || factor === undefined ? undefined : Math.floor(Number(amount) * factor);
}

/** A number of bytes, short to read and exact: `256 MiB`, `200 MB`, `1234567 bytes`. */
export function formatSize(bytes: number): string {
	for (const [name, size] of [['GiB', 2 ** 30], ['GB', 1e9], ['MiB', 2 ** 20], ['MB', 1e6], ['KiB', 2 ** 10], ['kB', 1e3]] as const) {
		if (bytes >= size && bytes % size === 0) return `${bytes / size} ${name}`;
	}
	return bytes >= 2 ** 20 ? `${Math.floor(bytes / 2 ** 20)} MiB` : `${bytes} bytes`;
}

/** What is wrong with the most that an answer may have, or undefined. */
export function maxResponseProblem(text: string): string | undefined {
	const bytes = parseSize(text);
	if (bytes === undefined || bytes < 1) return 'expected a size: 64MiB, 200MB';
	return bytes > largestBytes ? `expected at most ${largestBytes / 2 ** 20}MiB: no text can be longer here` : undefined;
}
