/**
 * One audit-log record on its way from a page to the output.
 *
 * The text is the truth: it is the row exactly as the API wrote it (members in their order, numbers of any
 * size, unknown fields), on one line. Everything that reads or changes a record works on the text, because
 * parsing and printing again would reorder integer-like keys and round large integers.
 */
export interface AuditRecord {
	/** The row as one line of JSON, with no line separator of any kind in it. */
	readonly text: string;
	/** The row's identity, or undefined when it carries none. */
	readonly id: string | undefined;
	/** The row's time in Unix milliseconds, or undefined when it cannot be read. */
	readonly time: number | undefined;
	/** The entry stood among rows and is none: a number, a list, an object without members. It is never written. */
	readonly isRow?: false;
	/** Whether it records a failure; absent where its source does not say. */
	readonly failed?: boolean;
	/** Credentials that were taken out of the text, where there were any. */
	readonly redacted?: number;
}
