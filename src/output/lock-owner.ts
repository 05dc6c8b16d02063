import {closeSync, constants, fstatSync, openSync, readFileSync, readlinkSync} from 'node:fs';
import {hostname} from 'node:os';
import * as z from 'zod';
import {systemCode} from '../errors.ts';
import {parseJson} from '../json/parse.ts';

const ownerSchema = z.object({
	pid: z.int().positive(),
	host: z.string(),
	/** Which running system, and which space of process numbers on it: containers may share a host's name. */
	system: z.string(),
	/** When the process began, in clock ticks since boot: tells it from a later one with the same number. */
	processStart: z.string().optional(),
	/** RFC 3339. */
	startedAt: z.string(),
	/** Tells this lock from every other. */
	token: z.string(),
});

/** Who holds a lock. */
export type LockOwner = z.infer<typeof ownerSchema>;

/** This process as an owner. */
export function currentOwner(token: string): LockOwner {
	return {
		pid: process.pid,
		host: hostname(),
		system: currentSystem(),
		processStart: readProcess(process.pid)?.start,
		startedAt: new Date().toISOString(),
		token,
	};
}

/** The owner that a file names, or undefined when the file is missing or says nothing usable. */
export function readOwner(file: string): LockOwner | undefined {
	const text = readText(file);
	// Cut off by a power failure, or of another program: judged by its age, like no owner.
	return text === undefined ? undefined : ownerSchema.safeParse(parseJson(text)).data;
}

/** Whether an owner still runs; `unknown` when it runs, or ran, where this process cannot look. */
export function judgeOwner(owner: LockOwner): 'alive' | 'dead' | 'unknown' {
	if (owner.host !== hostname() || owner.system !== currentSystem()) return 'unknown';
	const found = readProcess(owner.pid);
	if (found === undefined) return isRunning(owner.pid) ? 'alive' : 'dead';
	// A zombie has ended; only its parent has not asked yet.
	const isSame = owner.processStart === undefined || owner.processStart === found.start;
	return isSame && !'ZXx'.includes(found.state) ? 'alive' : 'dead';
}

function isRunning(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch (error) {
		// Any other code (EPERM) says that there is such a process.
		return systemCode(error) !== 'ESRCH';
	}
}

/** State and start time of a process, fields 3 and 22 of `/proc/<pid>/stat`, or undefined where there is no such file. */
function readProcess(pid: number): {state: string; start: string} | undefined {
	const text = readText(`/proc/${pid}/stat`);
	// Field 2 is the command's name in brackets and may hold anything, brackets and spaces too.
	const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
	const [state, start] = [fields?.[0], fields?.[19]];
	return state === undefined || start === undefined ? undefined : {state, start};
}

function currentSystem(): string {
	return `${readText('/proc/sys/kernel/random/boot_id')?.trim() ?? ''} ${readLink('/proc/self/ns/pid') ?? ''}`.trim();
}

/** The text of a regular file: who puts a FIFO there must not keep this process waiting. */
function readText(file: string): string | undefined {
	return unlessRefused(() => {
		const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
		try {
			return fstatSync(descriptor).isFile() ? readFileSync(descriptor, 'utf8') : undefined;
		} finally {
			closeSync(descriptor);
		}
	});
}

function readLink(file: string): string | undefined {
	return unlessRefused(() => readlinkSync(file));
}

/** What reading gives, or undefined when the system refuses: no such file, no such process, no permission. */
export function unlessRefused<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		if (systemCode(error) === undefined) throw error;
		return undefined;
	}
}
