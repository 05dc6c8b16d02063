import {describe, expect, it} from 'vitest';
import {createLog, type Log, type LogLevel, type LogOptions} from '../src/base/log.ts';
import {Masker} from '../src/json/secrets/masker.ts';
import {memoryStream} from './helpers/context.ts';

const now = Date.UTC(2026, 10, 20, 12);

function logTo(options: Partial<LogOptions> = {}) {
	const stderr = memoryStream();
	const masker = new Masker();
	masker.add('s3cr3t-value');
	return {log: createLog({stderr, masker, format: 'text', level: 'notice', now: () => now, ...options}), text: stderr.text};
}

function tellEverything(log: Log): void {
	log.error('e', 'do this');
	log.warning('w');
	log.notice('n');
	log.verbose('v');
	log.debug?.('d');
}

it.each<{level: LogLevel; lines: string[]}>([
	{level: 'error', lines: ['error: e', 'hint: do this']},
	{level: 'warning', lines: ['error: e', 'hint: do this', 'warning: w']},
	{level: 'notice', lines: ['error: e', 'hint: do this', 'warning: w', 'n']},
	{level: 'verbose', lines: ['error: e', 'hint: do this', 'warning: w', 'n', 'v']},
	{level: 'debug', lines: ['error: e', 'hint: do this', 'warning: w', 'n', 'v', 'd']},
])('shows everything from $level up, one message a line', ({level, lines}) => {
	const {log, text} = logTo({level});
	tellEverything(log);
	expect(text().split('\n')).toEqual([...lines, '']);
});

it('leaves the hint out where there is none', () => {
	const {log, text} = logTo();
	log.error('e');
	expect(text()).toBe('error: e\n');
});

it.each(['error', 'warning', 'notice', 'verbose'] as const)('takes no debug lines from %s up: nothing makes what nobody sees', level => {
	expect(logTo({level}).log.debug).toBeUndefined();
});

describe('as JSON', () => {
	it('writes one object a line, with the time, the level and the hint', () => {
		const {log, text} = logTo({format: 'json', level: 'debug'});
		tellEverything(log);
		const time = '2026-11-20T12:00:00.000Z';
		expect(text().trimEnd().split('\n').map(line => JSON.parse(line) as unknown)).toEqual([
			{time, level: 'error', message: 'e', hint: 'do this'},
			{time, level: 'warning', message: 'w'},
			{time, level: 'notice', message: 'n'},
			{time, level: 'verbose', message: 'v'},
			{time, level: 'debug', message: 'd'},
		]);
	});

	it('keeps a message of several lines on one', () => {
		const {log, text} = logTo({format: 'json'});
		log.notice('one\ntwo "three"');
		expect(text().split('\n')).toHaveLength(2);
		expect(JSON.parse(text())).toMatchObject({message: 'one\ntwo "three"'});
	});
});

it.each(['text', 'json'] as const)('shows no secret in %s, neither in messages nor in hints', format => {
	const {log, text} = logTo({format, level: 'debug'});
	log.error('about s3cr3t-value', 'look at s3cr3t-value');
	log.warning('Authorization: Bearer t-1234');
	log.debug?.('s3cr3t-value');
	expect(text()).not.toMatch(/s3cr3t-value|t-1234/);
	expect(text().match(/\*\*\*/g)).toHaveLength(4);
});

it('makes room before every line that it writes, and before no other', () => {
	const events: string[] = [];
	const stderr = {...memoryStream(), write: (chunk: string | Uint8Array) => events.push(String(chunk)) > 0};
	const {log} = logTo({stderr, level: 'warning', beforeLine: () => events.push('room')});
	tellEverything(log);
	expect(events).toEqual(['room', 'error: e\nhint: do this\n', 'room', 'warning: w\n']);
});
