import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished} from 'vitest';

/** What an attacker would like to reach a terminal: a title, the clipboard, a link, a colour, an answer, and all that hides or reorders. */
export const escapes = [
	'\u001B]0;title\u0007', '\u001B]52;c;aGk=\u0007', '\u001B]8;;http://evil.example\u001B\\', '\u001BP1q\u001B\\', '\u001B[2J', '\u001Bc', '\u0008', '\u007F',
	'\u009B31m', '\u0085', '\u202E', '\u2066', '\u200E', '\u061C', '\u200B', '\uFEFF', '\u2028', '\u2029', '\u{E0041}', '\u3164', '\r', '\n',
];

/** All of it in one text, with lines that look like the program's own. */
export const hostile = `${escapes.join('x')}\nerror: forged\nhint: run evil\r\nwarning: forged`;

/** As `hostile`, for places that take neither NUL nor a slash: names of files. */
export const hostileName = hostile.replaceAll('/', '_');

/** Tabs indent JSON, and nothing else. */
const unseen = /(?!\n)(?!(?<=^\t*)\t)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u3164]/mu;

/** Nothing in the text drives a terminal, hides, or forges a line of its own. */
export function expectHarmless(text: string): void {
	expect(unseen.exec(text)?.[0]).toBeUndefined();
	expect(text).not.toMatch(/^(?:error|warning): forged/m);
	expect(text).not.toMatch(/^hint: run evil/m);
}

/** A directory that is removed when the test ends. */
export function temporaryDirectory(): string {
	const path = mkdtempSync(join(tmpdir(), 'audit-export-attacks-'));
	onTestFinished(() => {
		rmSync(path, {recursive: true, force: true});
	});
	return path;
}
