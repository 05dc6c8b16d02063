/**
 * The options of `feishu-app-log learn`, as commander writes them. Those of the learner are listed here again, so that the
 * help need not load it; a test compares the two.
 */
export const learnOptions: ReadonlyArray<{readonly flags: string; readonly description: string}> = [
	{flags: '--kind <server|event|client>', description: 'learn only this search'},
	{flags: '--url <text>', description: "learn from requests with this text in their URL's path"},
	{flags: '--items <path>', description: 'where the answer holds the rows: data.list'},
	{flags: '--id <path|none>', description: 'the field of a row that tells it from all others'},
	{flags: '--time <path>', description: 'the field of a row that holds its time'},
	{flags: '--time-as <form>', description: "how a row's time is written: seconds, milliseconds, microseconds, or a pattern such as 'YYYY-MM-DD HH:mm:ss'"},
	{flags: '--since-at <place>', description: 'where the request has the start of the time range: json.filter.start, query.from, form.range.0'},
	{flags: '--until-at <place>', description: 'where the request has the end of the time range'},
	{flags: '--page-at <place|none>', description: 'where the request has the number of the page; none: a search is one page'},
	{flags: '--offset-at <place>', description: 'where the request has the number of rows to skip'},
	{flags: '--cursor-at <place>', description: 'where the request has the cursor of the page'},
	{flags: '--next-cursor <path>', description: 'where the answer has the cursor of the next page'},
	{flags: '--size-at <place>', description: 'where the request has the number of rows per page'},
	{flags: '--app-id-at <place>', description: "where the request has the app's id: path.3, header.x-app-id"},
	{flags: '--total <path>', description: 'where the answer states how many rows there are'},
	{flags: '--more <path>', description: 'where the answer says whether there are more'},
	{flags: '--timezone <iana>', description: 'the zone of times without an offset: Asia/Shanghai'},
	{flags: '--keep-session', description: "also keep the recording's session, for this console only, readable by you alone"},
	{flags: '-o, --output <file>', description: 'the request profile to write or add to; default the one that the searches use'},
	{flags: '--debug', description: 'show stack traces'},
];
