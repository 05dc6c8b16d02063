import type {Masker, OutputStream} from './context.ts';
import {visibleInJson, visibleOnLines} from './visible.ts';

export type LogLevel = 'error' | 'warning' | 'notice' | 'verbose' | 'debug';

export interface LogOptions {
	readonly stderr: OutputStream;
	readonly masker: Masker;
	readonly format: 'text' | 'json';
	/** The least important level that is shown. */
	readonly level: LogLevel;
	/** Wall-clock time in Unix milliseconds, for JSON lines. */
	readonly now: () => number;
	/** Called before a line is written, so that a progress line can make room. */
	readonly beforeLine?: () => void;
}

/**
 * Lines for people (or log collectors) on stderr; never records. Whatever the text quotes, no secret and nothing that
 * drives a terminal gets through, and nothing in it begins a line that is not its own.
 */
export interface Log {
	readonly error: (message: string, hint?: string) => void;
	readonly warning: (message: string) => void;
	readonly notice: (message: string) => void;
	readonly verbose: (message: string) => void;
	/** Undefined where these lines are not shown: `debug?.(…)` does not even make them. */
	readonly debug: ((message: string) => void) | undefined;
}

const order: readonly LogLevel[] = ['error', 'warning', 'notice', 'verbose', 'debug'];

/** A log that writes one line per message: plain text, or JSON objects `{time, level, message, hint?}`. */
export function createLog(options: LogOptions): Log {
	const shown = order.indexOf(options.level);
	const write = (level: LogLevel, message: string, hint?: string) => {
		if (order.indexOf(level) > shown) return;
		const {masker} = options;
		options.beforeLine?.();
		if (options.format === 'json') {
			const line = {
				time: new Date(options.now()).toISOString(), level, message: masker.mask(message),
				...(hint === undefined ? {} : {hint: masker.mask(hint)}),
			};
			options.stderr.write(`${visibleInJson(JSON.stringify(line))}\n`);
			return;
		}
		const prefix = level === 'error' || level === 'warning' ? `${level}: ` : '';
		options.stderr.write(
			`${prefix}${toLines(masker.mask(message))}\n${hint === undefined ? '' : `hint: ${toLines(masker.mask(hint))}\n`}`,
		);
	};
	return {
		error: (message, hint) => {
			write('error', message, hint);
		},
		warning: message => {
			write('warning', message);
		},
		notice: message => {
			write('notice', message);
		},
		verbose: message => {
			write('verbose', message);
		},
		debug: options.level === 'debug' ? message => {
			write('debug', message);
		} : undefined,
	};
}

/** The text with its further lines set in: only the first may look like the beginning of a message. */
function toLines(text: string): string {
	return visibleOnLines(text).replaceAll('\n', '\n  ');
}
