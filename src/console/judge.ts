import type {Context} from '../base/context.ts';
import {ApiError, CredentialsError} from '../base/errors.ts';
import {printable} from '../base/visible.ts';
import {vendorJudge, type Judgement, type RawAnswer} from '../http/answer.ts';
import type {Judge} from '../http/client.ts';
import {parseJson, valueAt} from '../json/value.ts';
import {feishu} from '../sources/vendors/feishu.ts';
import type {VendorDefinition} from '../sources/vendors/types.ts';
import type {SearchProfile} from './profile.ts';

const signInWords =
	/\blog(?:ged)? ?in\b|\bsign(?:ed)? ?in\b|session|expired|unauthori[sz]ed|unauthenticated|not authenticated|csrf|登录|登陆|过期|未授权|失效/i;

/** Whether a text speaks of signing in, of a session or of its end; `NOT_SIGNED_IN` does, too. */
export function isSignInText(text: string): boolean {
	return signInWords.test(text.replaceAll('_', ' '));
}

/** Objects deeper than this are data, not what an answer says of itself. */
const deepest = 3;

/** Whether an answer speaks of signing in, of a session or of its end, in a text near its top. */
function speaksOfSigningIn(body: unknown, depth = 0): boolean {
	if (typeof body === 'string') return isSignInText(body);
	// Lists hold rows, and those may speak of anything.
	if (typeof body !== 'object' || body === null || Array.isArray(body) || depth === deepest) return false;
	return Object.values(body).some(member => speaksOfSigningIn(member, depth + 1));
}

/** Members that say how a request went, in lower-case letters. */
const codes = /^(?:(?:err|error|ret|return|biz|result|status)?code|errno|ret|success|ok|issuccess|status)$/;

const errors = /^(?:err|errors?|exceptions?|fault|(?:err|error)(?:msg|message|info|reason|description))$/;

const messages = /^(?:msg|message|detail|reason|title)$/;

const good = /^(?:|0+|200|20000|ok|success|succeeded|succeed|succ|successful|true|null|none|成功)$/i;

const bad = /fail|error|denied|invalid|refuse|forbid|limit|exceed|too many|unavailable|timeout|false/i;

/**
 * The member by which an answer without rows says that the request failed, where nobody wrote down what a success says;
 * undefined where it reads like a search that found nothing.
 * @param rows where the rows would stand
 */
function failureSign(body: unknown, rows: readonly string[]): string | undefined {
	const found = valueAt(body, rows);
	if (Array.isArray(found) && found.length > 0) return undefined;
	const said = membersOf(body, rows[0]);
	const failed = said.find(({name, value}) => (errors.test(name) && isSet(value)) || (codes.test(name) && isBadCode(name, value)));
	if (failed !== undefined) return failed.path;
	if (found !== undefined || said.some(({name, value}) => codes.test(name) && isScalar(value) && good.test(String(value))))
		return undefined;
	return said.find(({name, value}) => messages.test(name) && typeof value === 'string' && !good.test(value.trim()))?.path;
}

interface Member {
	readonly path: string;
	/** Its own name in lower-case letters. */
	readonly name: string;
	readonly value: unknown;
}

/** The members at the top of an answer and one step below, without those beside the rows. */
function membersOf(body: unknown, rowsKey: string | undefined): Member[] {
	return entriesOf(body).flatMap(([key, value]) => [
		{path: key, name: flat(key), value},
		...entriesOf(key === rowsKey ? undefined : value).map(([inner, member]) =>
			({path: `${key}.${inner}`, name: flat(inner), value: member})),
	]);
}

function entriesOf(value: unknown): Array<[string, unknown]> {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

function flat(key: string): string {
	return key.toLowerCase().replaceAll(/[^a-z]/g, '');
}

function isSet(value: unknown): boolean {
	if (typeof value === 'object') return value !== null && Object.keys(value).length > 0;
	return isScalar(value) && value !== false && !good.test(String(value).trim());
}

function isBadCode(name: string, value: unknown): boolean {
	if (!isScalar(value)) return false;
	const text = String(value).trim();
	if (/^-?\d+$/.test(text)) return name.startsWith('status') ? Number(text) >= 400 : !good.test(text);
	return bad.test(text);
}



type Outcome = NonNullable<SearchProfile['response']['success']>;

/** The console's codes are not those of the open platform. */
const undocumented: VendorDefinition = {...feishu, errors: {}};

/**
 * Judges the console's answers: what a request profile calls a success is one; a redirect, a page in place of JSON and what
 * the profile calls expired mean that the session is over.
 * @param baseUrl where one signs in again
 */
export function consoleJudge({response}: SearchProfile, baseUrl: string, context: Pick<Context, 'now' | 'masker'>): Judge {
	const byStatus = vendorJudge(undocumented, context);
	const shown = (text: string) => printable(context.masker.mask(text));
	return (answer, label) => {
		const {status} = answer;
		const body = parseJson(answer.text);
		const quoted = () => {
			const message = response.message === undefined ? undefined : valueAt(body, response.message.split('.'));
			const words = typeof message === 'string' && message !== '' ? ` "${shown(message)}"` : '';
			return `${words} (HTTP ${status})`;
		};
		if (matches(body, response.expired)) return expired(label, `it said so${quoted()}`, baseUrl);
		if (status >= 300 && status < 400) return expired(label, `it answered with a redirect (HTTP ${status})`, baseUrl);
		const isSuccess = status >= 200 && status < 300;
		if (body === undefined && isPage(answer) && (isSuccess || status === 403))
			return expired(label, `it answered with a page, not JSON (HTTP ${status})`, baseUrl);
		if (status === 401 || (status === 403 && body === undefined)) return expired(label, `it refused it${quoted()}`, baseUrl);
		if (status === 403) {
			return {ok: false, verdict: 'credentials', error: new CredentialsError(`${label}: the console refuses the session${quoted()}`, {
				hint: `it may have no access to this app, or the CSRF token may not belong to the cookie; ${renewal(baseUrl)}`,
			})};
		}
		if (!isSuccess || body === undefined) {
			const judged = byStatus(answer, label);
			if (!judged.ok && judged.verdict !== 'fail') return judged;
			return failure(`${label}: the console refused the request${quoted()}`, {isRefusal: status === 400 && body !== undefined});
		}
		const hasSucceeded =
			response.success === undefined ? valueAt(body, response.rows.split('.')) !== undefined : matches(body, response.success);
		// A recording seldom shows how the end of a session is told of.
		if (!hasSucceeded && response.expired === undefined && speaksOfSigningIn(body))
			return expired(label, `it said so${quoted()}`, baseUrl);
		// What GraphQL answers beside `data`: a list of errors, whatever the profile calls a success.
		if (response.expired === undefined || !hasSucceeded) {
			const listed = valueAt(body, ['errors']);
			if (Array.isArray(listed) && listed.some(error => speaksOfSigningIn(error)))
				return expired(label, `it said so${quoted()}`, baseUrl);
		}
		const sign = response.success === undefined ? failureSign(body, response.rows.split('.')) : undefined;
		if (sign !== undefined)
			return failure(`${label}: the answer holds no rows, and its ${shown(sign)} reads like a failure${quoted()}`, {
				hint: 'where it means that nothing was found, write in response.success of the request profile what a success says. ',
			});
		if (response.success === undefined || hasSucceeded) return {ok: true, body};
		const said = valueAt(body, response.success.at.split('.'));
		const value = said === undefined ? 'missing' : isScalar(said) || said === null ? shown(JSON.stringify(said)) : 'no plain value';
		return failure(`${label}: ${response.success.at} is ${value}${quoted()}`);
	};
}

/** How a console session is had, or had again. */
export function renewal(baseUrl: string): string {
	return (
		`sign in to ${baseUrl} in the browser, run the log search there, and set FEISHU_CONSOLE_COOKIE (and FEISHU_CONSOLE_CSRF_TOKEN) ` +
		"to what the search request's headers hold in the network panel; " +
		'or save that panel as a HAR file and run: audit-export feishu-app-log learn <recording.har> --keep-session'
	);
}

function expired(label: string, why: string, baseUrl: string): Judgement {
	return {
		ok: false, verdict: 'credentials',
		error: new CredentialsError(`${label}: the console session has expired: ${why}`, {hint: renewal(baseUrl)}),
	};
}

/** @param options.isRefusal the console read the request and does not accept it. Default true */
function failure(message: string, {hint = '', isRefusal = true}: {hint?: string; isRefusal?: boolean} = {}): Judgement {
	return {
		ok: false, verdict: 'fail',
		error: new ApiError(message, {
			isRefusal,
			hint:
				hint +
				'check the filters and the time range; --dry-run shows the request. If the console has changed, ' +
				'learn the search again from a new recording',
		}),
	};
}

function matches(body: unknown, outcome: Outcome | undefined): boolean {
	if (outcome === undefined) return false;
	const said = valueAt(body, outcome.at.split('.'));
	// The same code may come as a number here and as a text there.
	return isScalar(said) && outcome.is.some(value => String(said) === String(value));
}

function isScalar(value: unknown): value is string | number | boolean {
	return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isPage({headers, text}: RawAnswer): boolean {
	return /^\s*</.test(text) || (text !== '' && (headers.get('content-type') ?? '').includes('text/html'));
}
