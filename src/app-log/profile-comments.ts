/** The head of a written profile. */
export const topComment = ` Request profile of audit-export feishu-app-log: how the log searches of a developer console
 are asked and answered. Learned from a recording; written to be read and corrected by hand.
 It holds no secret: cookie and CSRF token are given with every run.

 {since}, {until}, {page}, {offset}, {cursor}, {page_size}, {app_id}, {csrf_token} and the filters'
 names in braces stand for values of the run. Where one is the whole text it keeps its type;
 {name:text} is always text. A member whose value is not given is left out of the request.
 {json_text: ...} is sent as JSON in a text.`;

/** Comments by the path of what they stand before; `*` is any key. */
export const profileComments: ReadonlyArray<{readonly at: readonly string[]; readonly text: string}> = [
	{at: ['base_url'], text: ' Where the console is. The session is sent there and nowhere else.'},
	{at: ['session'], text: ' csrf_header: the header that carries the CSRF token. csrf_cookie: the cookie that holds the\n same token. authorization: the console is asked with an Authorization header.'},
	{at: ['searches'], text: ' Up to three searches: server, event and client.'},
	{at: ['searches', '*', 'request'], text: ' The request as the browser sent it.'},
	{at: ['searches', '*', 'time'], text: ' How {since} and {until} are written: seconds, milliseconds, microseconds, nanoseconds, or a\n pattern of YYYY MM DD HH mm ss SSS Z ZZ; timezone for patterns without Z, and for the\n offset that ZZ writes. until: whether rows\n that stand exactly on it are delivered (inclusive, exclusive, unknown).'},
	{at: ['searches', '*', 'pages'], text: ' style: what changes from page to page (page, offset, cursor, none). first: the number of the\n first page, 0 or 1. size: rows asked for per page. max_size: the most that --page-size may ask for.'},
	{at: ['searches', '*', 'response'], text: " Where an answer has what; numbers in a path are places in lists. more: whether\n there is more; last instead: whether this is the last page. id: what tells rows apart, null\n where nothing does. success and expired: what an answer says when all is well, and when the\n session has ended."},
	{at: ['searches', '*', 'filters'], text: " Filters that the console applies. as: list, numbers, text or number. separator: joins several\n values of a text. values: what the console calls the command line's names. otherwise: what is\n sent where the filter is not given."},
	{at: ['searches', '*', 'fields'], text: ' Fields of a row that filters are compared with here, where the console does not apply them.'},
];
