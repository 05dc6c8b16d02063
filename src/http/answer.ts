import type {Context} from '../base/context.ts';
import {ApiError, CredentialsError, type ExportError} from '../base/errors.ts';
import {printable} from '../base/visible.ts';
import {valueAt, wholeNumber} from '../json/value.ts';
import type {ErrorCode, Remedy, Verdict, VendorDefinition} from '../sources/vendors/types.ts';
import {hideSecrets} from './show-exchange.ts';

/** The parts of an HTTP answer that decide what it means. */
export interface RawAnswer {
	readonly status: number;
	readonly headers: Pick<Headers, 'get'>;
	readonly text: string;
}

/** An answer that is no success: what it asks of the client, and the error to end with when nothing helps. */
export interface Refusal {
	readonly verdict: Verdict;
	readonly error: ExportError;
	/** How long the server asks to wait, in milliseconds, where it says so. */
	readonly waitMs?: number;
	/** The vendor's code where it is none that is known: judged by the HTTP status alone. */
	readonly unknownCode?: number;
}

/** Who asks, in the words that hints have for it; each has words for nobody in particular as its default. */
export interface Asker {
	/** What to do where the app, the token or the kind of token is refused, or what the request asks for. */
	readonly remedies?: Readonly<Partial<Record<Exclude<Remedy, 'scope'>, string>>>;
	/** The permission that the API needs. */
	readonly scope?: string | undefined;
	/** The page where permissions are granted. */
	readonly scopePage?: string | undefined;
	/** The option that sets a parameter of the API. */
	readonly optionFor?: (parameter: string) => string | undefined;
	/** A token is asked for, no rows: nothing that it refuses is about what the user asks for. Default false. */
	readonly isExchange?: boolean;
}

const defaultRemedies = {
	app: 'check the app id and secret',
	token: 'the token was refused; check the app id and secret, or set a fresh token',
	kind: 'this API takes another kind of token',
	request: 'check the filters, --page-size and the time range',
} as const;

export type Judgement =
	| {readonly ok: true; readonly body: unknown; /** The vendor's, for `--debug`. */ readonly code?: number | undefined}
	| ({readonly ok: false} & Refusal);

/** Judges answers of a vendor's API for a client; see `judgeAnswer`. */
export function vendorJudge(
	vendor: VendorDefinition, {now, masker}: Pick<Context, 'now' | 'masker'>, asker: Asker = {},
): (answer: RawAnswer, label: string) => Judgement {
	return (answer, label) => judgeAnswer(answer, {vendor, label, asker, now: now(), mask: text => hideSecrets(masker.mask(text))});
}

/**
 * Judges an answer by its vendor code, whatever the HTTP status says; by the status only where there is no known
 * code. A success needs code 0 in a readable body.
 */
export function judgeAnswer(answer: RawAnswer, {vendor, label, asker, now, mask}: {
	vendor: VendorDefinition;
	/** What was asked, for messages: `feishu-openapi: POST /open-apis/…`. */
	label: string;
	asker: Asker;
	/** Unix milliseconds, for a `Retry-After` that is a date. */
	now: number;
	/** Takes secrets out of quoted text, before it is cut: a masker does not know half of one. */
	mask: (text: string) => string;
}): Judgement {
	let body: unknown;
	try {
		body = JSON.parse(answer.text);
	} catch (error) {
		body = error;
	}
	const code = wholeNumber(valueAt(body, ['code']));
	if (code === 0 && answer.status >= 200 && answer.status < 300) return {ok: true, body};
	const known = code === undefined ? undefined : vendor.errors[code];
	const verdict = known?.verdict ?? verdictOfStatus(answer.status, code);
	const isRefusal = asker.isExchange !== true && (known?.isRefusal ?? (known === undefined && code !== undefined && answer.status === 400));
	const message = `${label}: ${describe({answer, vendor, body, code, known, mask})}`;
	const hint = hintFor({verdict, known, body, asker, status: answer.status, code, mask});
	const error =
		verdict === 'credentials' || verdict === 'token'
			? new CredentialsError(message, {hint})
			: new ApiError(message, {hint, vendorCode: code, isRefusal, refused: violationsIn(body).map(({field}) => field)});
	const waitMs = verdict === 'rate-limited' || verdict === 'retry' ? requestedWait(answer.headers, vendor, now) : undefined;
	return {
		ok: false, verdict, error, ...(waitMs === undefined ? {} : {waitMs}),
		...(code === undefined || code === 0 || known !== undefined ? {} : {unknownCode: code}),
	};
}

/** What an HTTP status asks for where no code says more. @param code the vendor's code, known or not */
export function verdictOfStatus(status: number, code: number | undefined): Verdict {
	if (status === 429) return 'rate-limited';
	if (status === 408 || status >= 500) return 'retry';
	if (status === 401) return 'token';
	if (status === 403) return 'credentials';
	// A success without a readable code is a cut-off body or a proxy's page: worth another attempt.
	return status >= 200 && status < 300 && code === undefined ? 'retry' : 'fail';
}

/** A refusal that names more parameters is cut. */
const mostViolations = 3;

/** Of these statuses 304 alone names no other place: a cache answers so. */
function isRedirect(status: number): boolean {
	return status >= 300 && status < 400 && status !== 304;
}

function describe({answer, vendor, body, code, known, mask}: {
	answer: RawAnswer;
	vendor: VendorDefinition;
	body: unknown;
	code: number | undefined;
	known: ErrorCode | undefined;
	mask: (text: string) => string;
}): string {
	const trace = traceId(answer, vendor, body);
	const status = `HTTP ${answer.status}${trace === undefined ? '' : `, trace id ${printable(mask(trace))}`}`;
	if (code === undefined) {
		if (isRedirect(answer.status)) return `answered with a redirect, which is not followed (${status})`;
		const kind = body instanceof Error ? 'no readable JSON' : 'JSON without a code';
		return `answered with ${kind} (${status})`;
	}
	const vendorMessage = valueAt(body, [vendor.messageField]);
	const quoted = typeof vendorMessage === 'string' && vendorMessage !== '' ? ` "${printable(mask(vendorMessage))}"` : '';
	return `${known === undefined && code !== 0 ? 'unknown ' : ''}code ${code}${known === undefined ? '' : `, ${known.meaning}`}${quoted} (${status})`;
}

function traceId(answer: RawAnswer, vendor: VendorDefinition, body: unknown): string | undefined {
	for (const header of vendor.traceHeaders) {
		const value = answer.headers.get(header);
		if (value !== null && value !== '') return value;
	}
	for (const path of vendor.tracePaths) {
		const value = valueAt(body, path);
		if (typeof value === 'string' && value !== '') return value;
	}
	return undefined;
}

function hintFor({verdict, known, body, asker, status, code, mask}: {
	verdict: Verdict;
	known: ErrorCode | undefined;
	body: unknown;
	asker: Asker;
	status: number;
	code: number | undefined;
	mask: (text: string) => string;
}): string {
	const {scope, scopePage} = asker;
	const remedies = {...defaultRemedies, ...asker.remedies};
	const missing = missingPermissions(body, {mask, scopePage});
	if (missing !== undefined) return missing;
	switch (known?.remedy) {
		case 'app': case 'token': case 'kind':
			return known.hint ?? remedies[known.remedy];
		case 'scope':
			return [
				scope === undefined ? undefined : `needed scope: ${scope}`, known.hint, scopePage === undefined ? undefined : `see ${scopePage}`,
			].filter(text => text !== undefined).join('; ');
		case 'request':
			return `${refusedFields(body, {asker, mask}) ?? known.hint ?? remedies.request}; --dry-run shows the request`;
		case undefined: break;
	}
	if (known?.hint !== undefined) return known.hint;
	switch (verdict) {
		case 'token':
			return remedies.token;
		case 'credentials':
			return scope === undefined ? 'check the credentials and their permissions' : `the credentials need the permission ${scope}`;
		case 'rate-limited':
			return 'another program may be using the same budget; lower --rate or run later';
		case 'retry':
			if (status < 300 && code === undefined)
				return 'run the same command again; if it stays, check --base-url and the host setting: ' +
					'this does not look like the API, perhaps a sign-in page or a proxy answers in its place';
			return 'this is a failure on the server side; run the same command again later';
		case 'fail': break;
	}
	if (isRedirect(status)) return 'credentials never follow a redirect; check --base-url and the host setting';
	if (code === undefined) return 'check --base-url and the host setting: this does not look like the API';
	return `${refusedFields(body, {asker, mask}) ?? "look the code up in the API's documentation"}; --dry-run shows the request`;
}

/** What an answer says of the parameters that it refuses, by the options that set them; undefined where it names none. */
function refusedFields(body: unknown, {asker, mask}: {asker: Asker; mask: (text: string) => string}): string | undefined {
	const fields = violationsIn(body).map(({field, reason}) => {
		const option = asker.optionFor?.(field);
		const name = option === undefined ? printable(mask(field)) : `${option} (${printable(mask(field))})`;
		return typeof reason === 'string' && reason !== '' ? `${name} ${printable(mask(reason))}` : name;
	});
	return fields.length === 0 ? undefined : `the API does not accept ${fields.join(', ')}`;
}

/** The parameters that a Feishu answer names as refused, as it writes them. */
function violationsIn(body: unknown): Array<{field: string; reason: unknown}> {
	const violations = valueAt(body, ['error', 'field_violations']);
	return (Array.isArray(violations) ? violations : []).slice(0, mostViolations).flatMap(violation => {
		const field = valueAt(violation, ['field']);
		return typeof field === 'string' && field !== '' ? [{field, reason: valueAt(violation, ['description'])}] : [];
	});
}

/** The permissions that a Feishu answer lists as missing, with the page that grants them. */
function missingPermissions(
	body: unknown, {mask, scopePage}: {mask: (text: string) => string; scopePage: string | undefined},
): string | undefined {
	const violations = valueAt(body, ['error', 'permission_violations']);
	if (!Array.isArray(violations) || violations.length === 0) return undefined;
	const names = new Set<string>();
	const pages = new Set<string>();
	for (const violation of violations) {
		const name = valueAt(violation, ['subject']) ?? valueAt(violation, ['scope']);
		if (typeof name === 'string') names.add(printable(mask(name)));
		const page = valueAt(violation, ['url']);
		if (typeof page === 'string') pages.add(printable(mask(page)));
	}
	if (names.size === 0) return undefined;
	if (pages.size === 0 && scopePage !== undefined) pages.add(scopePage);
	return `grant ${[...names].join(', ')}${pages.size === 0 ? '' : ` at ${[...pages].join(' ')}`}`;
}

/** Seconds from here up (2001 and later) are an instant in Unix time, not a duration. */
const leastInstantSeconds = 1e9;

/** The wait that the answer asks for, in milliseconds: seconds, Unix time or an HTTP date, by the vendor's headers in order. */
function requestedWait(headers: Pick<Headers, 'get'>, vendor: VendorDefinition, now: number): number | undefined {
	for (const name of vendor.resetHeaders) {
		const value = headers.get(name)?.trim();
		if (value === undefined || value === '') continue;
		if (/^\d+(?:\.\d+)?$/.test(value)) {
			const ms = Math.ceil(Number(value) * 1000);
			return Number(value) > leastInstantSeconds ? Math.max(0, ms - now) : ms;
		}
		// `Date.parse` finds a date in "in about 12", too.
		const date = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(value) ? Date.parse(value) : Number.NaN;
		if (!Number.isNaN(date)) return Math.max(0, date - now);
	}
	return undefined;
}
