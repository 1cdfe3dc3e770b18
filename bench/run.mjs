// `npm run bench [-- NAME …]`: our figures beside the peers', in one run on one machine. A number after a name is its argument:
// `npm run bench -- serve-soak 30`.
const ALL = [
  'startup',
  'preprocess',
  'forest',
  'growth',
  'boosting',
  'bars',
  'shap',
  'serve',
  'serve-latency',
  'serve-batch',
  'serve-overload',
  'serve-swap',
  'serve-start',
  'serve-kills',
];
/** Only when named: it takes half an hour. */
const LONG = ['serve-soak'];

const wanted = [];
for (const word of process.argv.slice(2)) {
  if (/^\d/.test(word) && wanted.length > 0) wanted.at(-1).args.push(word);
  else if ([...ALL, ...LONG].includes(word)) wanted.push({ name: word, args: [] });
  else throw new Error(`there is no benchmark ${word}; there are ${[...ALL, ...LONG].join(', ')}`);
}
for (const { name, args } of wanted.length > 0 ? wanted : ALL.map((name) => ({ name, args: [] }))) {
  const { bench } = await import(`./${name}.mjs`);
  await bench(args);
}
