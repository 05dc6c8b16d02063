/** A path of keys into a JSON document: `['data', 'items']`. */
export type JsonPath = readonly string[];
