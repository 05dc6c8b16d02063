import type {FilterName} from '../../sources/app-log-kinds.ts';
import {namesOf, wholly} from './words.ts';

/** The names that each filter goes by, in lower-case letters, in a request and in a row. */
const patterns: ReadonlyArray<readonly [FilterName, RegExp]> = [
	['error_message', wholly('(?:error|err|fail|failed|failure)(?:message|msg|info|reason|desc|description|text)',
		'errmsg|message|msg|error|reason')],
	['error_code', wholly('(?:error|err|fail|biz|business|logic|return|ret|result|resp|response)(?:codes?|no)', 'codes?|errno|errcode')],
	['request_id', /^(?:x?(?:request|req)(?:uu)?id|x?(?:tt)?logid|traceid|x?requestid)s?$/],
	['user_open_id', /^(?:(?:user)?openids?|useropenid|openuserid)$/],
	['event_type', /^(?:eventtypes?|eventnames?|eventkeys?|event|typeofevent)$/],
	['event_id', /^(?:event(?:uu)?ids?|eventuuid)$/],
	['tenant_key', /^(?:tenantkeys?|tenant|usertenantkey)$/],
	['app_feature', wholly('appfeatures?|features?|appability|ability|appabilities|capability|appcapability|clienttype|apptype',
		'appfunction|appform')],
	['keyword', wholly('keywords?|kw|q|query|search|searchtext|searchkey|searchwords?|searchkeyword|keys?words?|fuzzy|logkeywords?')],
	['url', wholly('(?:api|request|req|http|call|interface|full|target)?(?:url|uri|path|urlpath|apipath)s?',
		'apis?|apiname|apikey|interface|endpoint|requestapi')],
	['status', wholly('(?:return|ret|resp|response|http|result|call|push|pushed|req|request|api|log|event|invoke|send|is)?' +
		'(?:status|state|result|success|statuscode|httpcode)(?:es|s|list|codes?|type)?')],
];

/** The filter that a member of a request is by its name, or undefined. */
export function findFilterName(place: readonly string[]): FilterName | undefined {
	return filterOfNames(namesOf(place.slice(1)));
}

/** The filter that a row's field answers to by its name, or undefined. */
export function findFilterOfField(path: readonly string[]): FilterName | undefined {
	return filterOfNames(namesOf(path));
}

/** Their order in `patterns`, for fields that answer to the same filter: the clearer name first. */
export function isClearName(path: readonly string[]): boolean {
	return !['code', 'message', 'msg', 'error', 'path', 'event', 'state', 'result', 'traceid', 'reason', 'tenant', 'api', 'type'].includes(
		namesOf(path)[0] ?? '',
	);
}

function filterOfNames([own = '', joined = '']: readonly string[]): FilterName | undefined {
	// `filter.error.code`: the parent says which code it is.
	const of = (name: string) => name === '' ? undefined : patterns.find(([, pattern]) => pattern.test(name))?.[0];
	const isVague = ['id', 'code', 'type', 'key', 'name', 'message', 'msg', 'path'].includes(own);
	return isVague ? of(joined) ?? of(own) : of(own);
}
