import {readFileSync, realpathSync, statSync} from 'node:fs';
import {systemCode} from './errors.ts';
import {formatOffset, intlName, resolveTimezone} from './timezone.ts';

/** Names of the time zone database without a slash. Intl takes others, too, such as CST, which mean nothing to the system. */
const words =
	/^(?:[CEMW]ET|[EHM]ST|(?:CST6C|EST5E|MST7M|PST8P)DT|PRC|RO[CK]|U[CT]C|GMT[+-]?0?|GB(?:-Eire)?|NZ(?:-CHAT)?|W-SU|[A-Z][a-z]+)$/;

/** Far more than any file of the time zone database. */
const mostBytes = 1_000_000;

let zone = () => zoneOf(undefined, () => undefined);

/**
 * Tells what TZ says, of which Intl understands only a part; for the process edge. It is looked into when the zone is needed.
 * @param warn told, once, what of it cannot be followed
 */
export function setSystemTimezone(tz: string | undefined, warn: (message: string) => void): void {
	let found: string | undefined;
	zone = () => found ??= zoneOf(tz, warn);
}

/** The system's time zone: an IANA name, an offset such as `+08:00`, or `UTC` when it names none. */
export function systemTimezone(): string {
	return zone();
}

function zoneOf(tz: string | undefined, warn: (message: string) => void): string {
	if (tz === undefined) {
		// It is undefined or Etc/Unknown where Intl cannot tell, whatever its type says.
		return intlName(new Intl.DateTimeFormat('en').resolvedOptions().timeZone) ?? zoneOfFile('/etc/localtime', warn) ?? 'UTC';
	}
	const text = tz.replace(/^:/, '');
	const found = text === '' ? 'UTC' : text.startsWith('/') ? zoneOfFile(text, warn) : zoneOfName(text) ?? zoneOfRule(text, warn);
	if (found === undefined) warn(`TZ: ${JSON.stringify(tz)} names no time zone, so UTC is taken: write a name such as Asia/Shanghai`);
	return found ?? 'UTC';
}

function zoneOfName(name: string): string | undefined {
	return name.includes('/') ? resolveTimezone(name) : words.test(name) ? intlName(name) : undefined;
}

/** The zone of a file of the time zone database, or of a copy of one. */
function zoneOfFile(path: string, warn: (message: string) => void): string | undefined {
	try {
		const [, name] = /\/zoneinfo(?:\/posix|\/right)?\/(.+)$/.exec(realpathSync(path)) ?? [];
		const known = name === undefined ? undefined : intlName(name);
		if (known !== undefined) return known;
		const stat = statSync(path);
		const text = stat.isFile() && stat.size <= mostBytes ? readFileSync(path, 'latin1') : '';
		return text.startsWith('TZif') ? zoneOfRule(text.trimEnd().split('\n').at(-1) ?? '', warn) : undefined;
	} catch (error) {
		if (systemCode(error) === undefined) throw error;
		return undefined;
	}
}

/** The zone of a rule as POSIX writes it, whose offsets count to the west: `CST-8`, `<+08>-8` and `UTC-8` are eight hours east. */
function zoneOfRule(rule: string, warn: (message: string) => void): string | undefined {
	const [, sign, hours, minutes = '0', seconds = '0', rest] =
		/^(?:<[\w+-]{3,}>|[a-z]{3,})([+-]?)(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?((?:[a-z]{3}|<).*)?$/i.exec(rule) ?? [];
	const offset = sign === undefined ? undefined : formatOffset(sign === '-' ? '+' : '-', Number(hours), Number(minutes));
	if (offset !== undefined && (rest !== undefined || Number(seconds) !== 0)) {
		warn(
			`TZ: the ${rest === undefined ? 'seconds' : 'summer time'} in ${JSON.stringify(rule)} cannot be followed, ` +
				`so ${offset} is taken all year: write a name such as Europe/Berlin`,
		);
	}
	return offset;
}
