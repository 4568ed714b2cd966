'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const tip = document.getElementById('tip');
  // Numbers in words come with the data, rounded as in the tables: [median, least, greatest].
  const rate = spread => spread.asRate;
  const share = spread => spread.asPgr;
  const count = d3.format(',');
  const short = (name, most = 17) => name.length > most ? name.slice(0, most - 1) + '…' : name;

  // A student has the same colour in every figure. Supervisors and ceilings are the frame, not the
  // picture: ink and grey, dashed.
  const students = [...new Set(data.gaps.map(gap => gap.student).concat(data.pgr.map(c => c.name)))];
  // Where figures stand side by side, a student has the colour of its method.
  const method = new Map(data.facets.flatMap(facet => facet.lines.map(line => [line.model, line.method])));
  const hues = method.size ? [...new Set(method.values())] : students;
  const hue = name => hues.indexOf(method.get(name) ?? name);
  const colour = curve => curve.role === 'STUDENT' ? `var(--c${hue(curve.name) % 6})`
      : curve.role === 'CEILING' ? 'var(--ink)' : 'var(--soft)';
  // Six colours; the students after them take them again, dashed.
  const dashes = curve => curve.role === 'SUPERVISOR' ? '2 4' : curve.role === 'CEILING' ? '8 4'
      : hue(curve.name) > 5 ? '10 3' : null;

  // Below this a figure has no room beside its lines: what stands there goes above them.
  const NARROW = 640;

  /** A figure is drawn as wide as it is shown, so that its letters keep their size. */
  const room = id => Math.max(300, document.getElementById(id).clientWidth);

  function frame(id, width, height, label) {
    return d3.select('#' + id).append('svg').attr('viewBox', `0 0 ${width} ${height}`)
        .attr('role', 'img').attr('aria-label', label);
  }

  function empty(id, text) {
    d3.select('#' + id).append('p').attr('class', 'empty').text(text);
  }

  /** Moves labels apart until none is nearer than `least` to the next; keeps their order. */
  function apart(labels, least, top, bottom) {
    labels.sort((a, b) => a.y - b.y);
    for (let i = 0; i < labels.length; i++) {
      labels[i].at = Math.max(labels[i].y, i ? labels[i - 1].at + least : top);
    }
    for (let i = labels.length - 1; i >= 0; i--) {
      labels[i].at = Math.min(labels[i].at, i < labels.length - 1 ? labels[i + 1].at - least : bottom);
    }
    return labels;
  }

  /** Marks what is below zero, where a student is worse than its supervisor; called where zero is that. */
  function losses(svg, y, left, right) {
    const [zero, base] = [y(0), y.range()[0]];
    if (y.domain()[0] >= 0) return;
    svg.append('rect').attr('class', 'loss').attr('x', left).attr('width', right - left).attr('y', zero).attr('height', base - zero);
    svg.append('text').attr('class', 'soft').attr('x', left + 6).attr('y', zero + 14).text('below: worse than its supervisor');
  }

  /** Places for figures side by side; all of them first, since a figure is as wide as its place. */
  function cells(id, titles) {
    const box = d3.select('#' + id).append('div').attr('class', 'facets');
    titles.forEach((title, i) => {
      const cell = box.append('div');
      cell.append('h3').text(title);
      cell.append('div').attr('id', `${id}-${i}`);
    });
  }

  /** Median values and guides of lines, with some room around them. */
  function extent(curves, guides) {
    const ends = curves.flatMap(c => c.points.filter(p => p.y).map(p => p.y.median)).concat(guides.map(guide => guide.y));
    if (!ends.length) return null;
    const spare = (d3.max(ends) - d3.min(ends)) * .12 || .05;
    return d3.scaleLinear().domain([d3.min(ends) - spare, d3.max(ends) + spare]).nice(6).domain();
  }

  /** Lines in one figure, or a figure for each facet, all with the same scale. */
  function lines(id, curves, options) {
    if (!data.facets.length) return panel(id, curves, options);
    const fixed = options.fixed ?? extent(curves, options.guides);
    cells(id, data.facets.map(facet => facet.title));
    data.facets.forEach((facet, i) => {
      const models = facet.lines.map(line => line.model);
      const own = curves.filter(c => models.includes(c.name) || c.name === facet.supervisor || c.name === facet.ceiling);
      panel(`${id}-${i}`, own, { ...options, fixed, named: false, label: `${options.label}: ${facet.title}` });
    });
  }

  function panel(id, curves, { height, format, fixed, guides, label, named = true }) {
    curves = curves.filter(curve => curve.points.some(p => p.y));
    if (!curves.length) {
      return empty(id, 'Undefined at every checkpoint of this run.');
    }
    const width = room(id);
    height = Math.min(height, Math.max(named ? 280 : 200, .6 * width));
    const margin = { top: 14, right: named ? 138 : 12, bottom: 44, left: 46 };
    const right = width - margin.right;
    const bottom = height - margin.bottom;
    const svg = frame(id, width, height, label);
    const known = curves.flatMap(curve => curve.points.filter(p => p.y));
    const x = d3.scaleLinear([0, d3.max(curves, c => d3.max(c.points, p => p.x))], [margin.left, right]);
    // Medians are always in sight; a band that shoots out of the figure is cut off at its edge.
    const ends = known.map(p => p.y.median).concat(guides.map(guide => guide.y));
    const spare = (d3.max(ends) - d3.min(ends)) * .12 || .05;
    const low = Math.max(d3.min(known, p => p.y.min), d3.min(ends) - spare);
    const high = Math.min(d3.max(known, p => p.y.max), d3.max(ends) + spare);
    const y = d3.scaleLinear(fixed || [Math.min(low, d3.min(ends)), Math.max(high, d3.max(ends))], [bottom, margin.top]);
    if (!fixed) y.nice(6);

    svg.append('g').attr('transform', `translate(${margin.left},0)`)
        .call(d3.axisLeft(y).ticks(6).tickSize(-(right - margin.left)).tickPadding(8));
    svg.append('g').attr('transform', `translate(0,${bottom})`)
        .call(d3.axisBottom(x).ticks((right - margin.left) / 90).tickSize(5).tickPadding(6).tickFormat(count));
    svg.append('text').attr('class', 'soft').attr('x', right).attr('y', bottom + 38)
        .attr('text-anchor', 'end').text('examples seen');
    if (guides.length) losses(svg, y, margin.left, right);
    for (const guide of guides) {
      svg.append('line').attr('class', 'zero').attr('x1', margin.left).attr('x2', right)
          .attr('y1', y(guide.y)).attr('y2', y(guide.y));
      svg.append('text').attr('class', 'soft').attr('x', margin.left + 6).attr('y', y(guide.y) - 5).text(guide.text);
    }

    const clip = `clip-${id}`;
    svg.append('clipPath').attr('id', clip).append('rect').attr('x', margin.left).attr('y', margin.top - 4)
        .attr('width', right - margin.left + 4).attr('height', bottom - margin.top + 8);
    const bands = svg.append('g').attr('clip-path', `url(#${clip})`);
    const strokes = svg.append('g').attr('clip-path', `url(#${clip})`);
    const labels = [];
    // Frame first, students on top of it.
    const order = { SUPERVISOR: 0, CEILING: 1, STUDENT: 2 };
    for (const curve of [...curves].sort((a, b) => order[a.role] - order[b.role])) {
      const stroke = colour(curve);
      const points = curve.points;
      const last = points.filter(p => p.y).at(-1);
      // One checkpoint only: it was frozen, so its accuracy holds for the whole of the figure.
      const rule = points.length === 1 && curve.role !== 'STUDENT';
      const drawn = rule ? [{ ...last, x: 0 }, { ...last, x: x.domain()[1] }] : points;
      bands.append('path').datum(drawn).attr('fill', stroke).attr('fill-opacity', curve.role === 'STUDENT' ? .16 : .09)
          .attr('d', d3.area().defined(p => p.y && p.y.defined > 1).x(p => x(p.x)).y0(p => y(p.y.min)).y1(p => y(p.y.max)));
      strokes.append('path').datum(drawn).attr('fill', 'none').attr('stroke', stroke)
          .attr('stroke-width', curve.role === 'STUDENT' ? 2.4 : 1.6).attr('stroke-dasharray', dashes(curve))
          .attr('stroke-linejoin', 'round').attr('d', d3.line().defined(p => p.y).x(p => x(p.x)).y(p => y(p.y.median)));
      if (!rule) {
        // Dots where a line has no neighbour to be drawn to, and at its end.
        const alone = drawn.filter((p, i) => p.y && (p === last || !(drawn[i - 1]?.y || drawn[i + 1]?.y)));
        strokes.append('g').attr('fill', stroke).selectAll('circle').data(alone).join('circle')
            .attr('cx', p => x(p.x)).attr('cy', p => y(p.y.median)).attr('r', curve.role === 'STUDENT' ? 3.6 : 2.6);
      }
      const line = hue(curve.name);
      svg.append('g').attr('stroke', stroke).attr('stroke-width', 1.5).selectAll('path')
          .data(points.filter(p => !p.y)).join('path')
          .attr('d', p => `M${x(p.x) - 3},${bottom - 8 - 9 * line - 3}l6,6m0,-6l-6,6`);
      labels.push({ y: y(last.y.median), text: short(curve.name, width < NARROW ? 12 : 17), value: format(last.y)[0], stroke, x: rule ? right : x(last.x), role: curve.role });
    }
    for (const l of named ? apart(labels, 16, margin.top, bottom) : []) {
      svg.append('path').attr('fill', 'none').attr('stroke', l.stroke).attr('stroke-opacity', .5)
          .attr('d', `M${l.x + 5},${l.y}L${Math.max(l.x + 6, right + 2)},${l.y}L${right + 12},${l.at}`);
      const text = svg.append('text').attr('x', right + 16).attr('y', l.at).attr('dy', '.35em').style('fill', l.stroke)
          .attr('font-weight', l.role === 'STUDENT' ? 650 : 400);
      text.append('tspan').text(l.text);
      text.append('tspan').attr('dx', 6).attr('font-weight', 400).text(l.value);
    }
    hover(svg, curves, { x, margin, right, bottom, format });
  }

  /** Fills the box at the pointer: a heading and a line for each [colour, text]. */
  function show(event, heading, rows) {
    tip.replaceChildren();
    const head = document.createElement('b');
    head.textContent = heading;
    tip.append(head);
    for (const [ink, text] of rows) {
      const row = document.createElement('div');
      const dot = document.createElement('i');
      dot.style.background = ink;
      row.append(dot, text);
      tip.append(row);
    }
    tip.hidden = false;
    const left = event.pageX + 16 + tip.offsetWidth > document.documentElement.clientWidth ? event.pageX - tip.offsetWidth - 16 : event.pageX + 16;
    tip.style.left = Math.max(0, left) + 'px';
    tip.style.top = event.pageY + 12 + 'px';
  }

  /** How many seeds have no value: of a pair, or of a point of a line. */
  const undefinedOf = ({ undefined: none, seeds }) => `${none} of ${seeds} undefined`;

  const limit = value => value == null ? '∞' : d3.format('.2f')(value);
  const between = ({ low, high }) => `95 % ` + (low == null ? '(−' : '[') + limit(low) + ', ' + limit(high) + (high == null ? ')' : ']');

  const words = (spread, format) => !spread ? 'undefined'
      : format(spread)[0] + (spread.defined > 1 ? ` (${format(spread)[1]} to ${format(spread)[2]})` : '');

  function hover(svg, curves, { x, margin, right, bottom, format }) {
    const xs = [...new Set(curves.flatMap(c => c.points.map(p => p.x)))].sort(d3.ascending);
    const cross = svg.append('line').attr('class', 'zero').attr('y1', margin.top).attr('y2', bottom).attr('visibility', 'hidden');
    svg.append('rect').attr('x', margin.left).attr('y', margin.top).attr('width', right - margin.left)
        .attr('height', bottom - margin.top).attr('fill', 'transparent')
        .on('pointermove', event => {
          const seen = d3.least(xs, value => Math.abs(x(value) - d3.pointer(event)[0]));
          cross.attr('visibility', 'visible').attr('x1', x(seen)).attr('x2', x(seen));
          const rows = [];
          for (const curve of curves) {
            const point = curve.points.length === 1 ? curve.points[0] : curve.points.find(p => p.x === seen);
            if (point) rows.push([colour(curve), `${curve.name} ${words(point.y, format)}${format === share ? ', ' + undefinedOf(point) : ''}`]);
          }
          show(event, `${count(seen)} examples seen`, rows);
        })
        .on('pointerleave', () => { tip.hidden = true; cross.attr('visibility', 'hidden'); });
  }

  /** The way from supervisor to ceiling, and how far along it each student came. */
  function gaps(id, pairs) {
    pairs = pairs.filter(pair => pair.supervisorAccuracy && pair.studentAccuracy);
    if (!pairs.length) {
      return empty(id, 'No pair has been compared yet.');
    }
    const width = room(id), narrow = width < NARROW;
    const left = narrow ? 10 : d3.max(pairs, p => p.student.length) > 17 ? 225 : 170, right = narrow ? width - 10 : width - 170;
    // the key needs some 600 beside the words on the axis, else a line of its own
    const above = narrow || right - left < 780;
    const lost = pair => pair.studentAccuracy.median < pair.supervisorAccuracy.median;
    const step = narrow ? 66 : pairs.some(lost) ? 60 : 46, top = above ? 70 : 46;
    const height = top + step * pairs.length + 12;
    const svg = frame(id, width, height, 'Accuracy of each student between its supervisor and its ceiling');
    const marks = pair => [pair.supervisorAccuracy, pair.studentAccuracy, pair.ceilingAccuracy].filter(m => m);
    const all = pairs.flatMap(marks);
    const x = d3.scaleLinear([d3.min(all, m => m.min), d3.max(all, m => m.max)], [left, right]).nice(8);
    svg.append('g').attr('transform', `translate(0,${top - 10})`)
        .call(d3.axisTop(x).ticks(narrow ? 5 : 8).tickSize(-(height - top + 2)).tickPadding(6));
    svg.append('text').attr('class', 'soft').attr('x', left).attr('y', 8).text('accuracy on the holdout');
    svg.append('text').attr('class', 'soft').attr('x', above ? left : right).attr('y', above ? 28 : 8)
        .attr('text-anchor', above ? 'start' : 'end').text('┃ supervisor\u2003● student\u2003' + (pairs.some(lost) ? '○ student, a loss\u2003' : '') + '◇ ceiling\u2003─ range over seeds');
    pairs.forEach((pair, i) => {
      const y = top + step * (i + (narrow ? .66 : .5));
      const stroke = colour({ role: 'STUDENT', name: pair.student });
      const row = svg.append('g').attr('transform', `translate(0,${y})`);
      const [w, s, c] = [pair.supervisorAccuracy, pair.studentAccuracy, pair.ceilingAccuracy];
      const name = row.append('text').attr('font-weight', 650).style('fill', stroke);
      name.append('tspan').text(narrow ? pair.student : short(pair.student, left > 170 ? 26 : 17));
      const from = name.append('tspan').attr('class', 'soft').attr('font-weight', 400).attr('font-size', 11.5).text('taught by ' + short(pair.supervisor));
      if (narrow) {
        name.attr('x', left).attr('y', -20);
        from.attr('dx', 8);
      } else {
        name.attr('x', left - 16).attr('dy', '-.05em').attr('text-anchor', 'end');
        from.attr('x', left - 16).attr('dy', '1.25em');
      }
      const bar = (from, to, fill, tall) => row.append('rect').attr('x', Math.min(x(from), x(to))).attr('width', Math.abs(x(to) - x(from)))
          .attr('y', -tall / 2).attr('height', tall).attr('rx', 2).attr('fill', fill);
      if (c) bar(w.median, c.median, 'var(--rule)', 12);
      // A loss is an outline, not a bar of the same kind on the other side.
      if (lost(pair)) bar(w.median, s.median, 'none', 12).attr('class', 'loss-bar').attr('stroke', stroke);
      else bar(w.median, s.median, stroke, 12).attr('fill-opacity', .55);
      for (const [mark, ink] of [[w, 'var(--soft)'], [s, stroke], [c, 'var(--ink)']]) {
        if (mark && mark.defined > 1) {
          row.append('line').attr('x1', x(mark.min)).attr('x2', x(mark.max)).attr('y1', 12).attr('y2', 12).attr('stroke', ink).attr('stroke-width', 2);
        }
      }
      row.append('rect').attr('x', x(w.median) - 2.5).attr('y', -10).attr('width', 5).attr('height', 20).attr('fill', 'var(--soft)');
      if (c) row.append('path').attr('d', d3.symbol(d3.symbolDiamond, 110)()).attr('transform', `translate(${x(c.median)},0)`).attr('fill', 'var(--paper)').attr('stroke', 'var(--ink)').attr('stroke-width', 2);
      row.append('circle').attr('cx', x(s.median)).attr('r', lost(pair) ? 6.5 : 7.5).attr('fill', lost(pair) ? 'var(--paper)' : stroke)
          .attr('stroke', lost(pair) ? stroke : 'var(--paper)').attr('stroke-width', 2);
      const pgr = row.append('text').attr('x', narrow ? right : right + 20);
      if (narrow) pgr.attr('y', -20).attr('text-anchor', 'end');
      else pgr.attr('dy', '.35em');
      if (pair.pgr) {
        pgr.append('tspan').attr('font-weight', 700).attr('font-size', 19).text(share(pair.pgr)[0]);
        pgr.append('tspan').attr('class', 'soft').attr('dx', 7).text(narrow ? 'PGR, ' + undefinedOf(pair) : 'PGR');
      } else {
        pgr.attr('class', 'soft').text('PGR: ' + undefinedOf(pair));
      }
      const notes = [pair.pgr ? undefinedOf(pair) : pair.pgrUndefined, lost(pair) && 'worse than its supervisor'];
      if (!narrow) notes.filter(note => note).forEach((note, i) => row.append('text').attr('class', 'soft').attr('font-size', 11.5)
          .attr('x', right + 20).attr('dy', `${1.9 + 1.2 * i}em`).text(note));
    });
  }

  // A line over sizes has the colour of its first student, or the next that is free.
  const taken = new Set(), inks = new Map();
  for (const curve of data.sizes?.curves ?? []) {
    if (curve.role === 'CEILING') {
      curve.ink = 'var(--ink)';
      continue;
    }
    let c = method.size ? hue(curve.points[0].model) : students.indexOf(curve.points[0].model);
    // the same method on another supervisor's labels is in another figure, in the same colour
    if (!inks.has(curve.name)) {
      for (let tries = 0; tries < 6 && taken.has(c % 6); tries++) c++;
      taken.add(c % 6);
      inks.set(curve.name, `var(--c${c % 6})`);
    }
    curve.ink = inks.get(curve.name);
  }

  const size = d3.format('.3~s');

  /** Items of a key: colour, dashes, symbol, text. */
  function key(id, items) {
    const box = d3.select('#' + id);
    for (const [ink, dash, mark, text] of items) {
      const item = box.append('span');
      const svg = item.append('svg').attr('width', 30).attr('height', 12).attr('aria-hidden', 'true');
      svg.append('line').attr('x1', 0).attr('x2', 30).attr('y1', 6).attr('y2', 6).attr('stroke', ink).attr('stroke-width', 2.2).attr('stroke-dasharray', dash);
      if (mark) svg.append('path').attr('d', d3.symbol(mark, 60)()).attr('transform', 'translate(15,6)').attr('fill', ink);
      item.append('span').text(text);
    }
  }

  function legend(id, { curves, supervisors }) {
    const items = new Map();
    for (const curve of curves) {
      const ceiling = curve.role === 'CEILING';
      items.set(curve.name, [curve.ink, ceiling ? '8 4' : null, ceiling ? d3.symbolDiamond : d3.symbolCircle, curve.name]);
    }
    const names = supervisors.length > 1 ? ['supervisor'] : supervisors.map(level => level.name + ', supervisor');
    key(id, [...items.values(), ...names.map(name => ['var(--soft)', '2 4', null, name])]);
  }

  /** One value of models against their size; a figure for each supervisor. */
  function sizes(id, key, options) {
    const all = data.sizes.supervisors;
    if (all.length === 1) return sizePanel(id, key, data.sizes.curves, options);
    const limits = data.sizes.curves.flatMap(c => c.points.map(p => p[key])).filter(y => y).flatMap(y => [y.min, y.max])
        .concat(options.guides.map(g => g.y), options.supervisors.map(s => s.accuracy.median));
    const fixed = limits.length ? d3.scaleLinear().domain(d3.extent(limits)).nice(6).domain() : null;
    cells(id, all.map(level => 'taught by ' + level.name));
    all.forEach((level, i) => {
      const own = data.sizes.curves.filter(c => c.supervisor === level.name);
      const encoders = new Set(own.flatMap(c => c.points.map(p => p.encoder)));
      const ceilings = data.sizes.curves.filter(c => c.role === 'CEILING').map(c => ({ ...c, points: c.points.filter(p => encoders.has(p.encoder)) }));
      sizePanel(`${id}-${i}`, key, own.concat(ceilings), { ...options, fixed, named: false,
        supervisors: options.supervisors.filter(s => s.name === level.name), label: `${options.label}, taught by ${level.name}` });
    });
  }

  /** Models of one size stand side by side. */
  function sizePanel(id, key, drawn, { format, guides, supervisors, fixed, label }) {
    const curves = drawn.map(c => ({ ...c, points: c.points.filter(p => c.role === 'STUDENT' || p[key]) })).filter(c => c.points.length);
    const known = curves.flatMap(c => c.points.map(p => p[key])).filter(y => y);
    if (!known.length) {
      return empty(id, 'Undefined for every model of this run.');
    }
    const width = room(id), height = data.sizes.supervisors.length > 1 ? 280 : 330, margin = { top: 12, right: 14, bottom: 58, left: 46 };
    const right = width - margin.right, bottom = height - margin.bottom;
    const svg = frame(id, width, height, label);
    const all = [...new Set(curves.flatMap(c => c.points.map(p => p.parameters)))].sort(d3.ascending);
    const side = Math.max(1.12, Math.pow(all.at(-1) / all[0], .09));
    const x = d3.scaleLog([all[0] / side, all.at(-1) * side], [margin.left, right]);
    const ends = known.flatMap(y => [y.min, y.max]).concat(guides.map(g => g.y), supervisors.map(s => s.accuracy.median));
    const pad = (d3.max(ends) - d3.min(ends)) * .06 || .05;
    const y = d3.scaleLinear(fixed || [d3.min(ends) - pad, d3.max(ends) + pad], [bottom, margin.top]);
    if (!fixed) y.nice(6);
    svg.append('g').attr('transform', `translate(${margin.left},0)`)
        .call(d3.axisLeft(y).ticks(6).tickSize(-(right - margin.left)).tickPadding(8));

    // Below each size the encoders that have it; a second row where two come too near.
    const encoders = new Map(all.map(s => [s, [...new Set(curves.flatMap(c => c.points).filter(p => p.parameters === s).map(p => p.encoder))]]));
    const ticks = svg.append('g').attr('class', 'tick').attr('text-anchor', 'middle');
    let before = -Infinity, low = false;
    for (const s of all) {
      low = x(s) - before < 84 && !low;
      before = x(s);
      ticks.append('line').attr('x1', x(s)).attr('x2', x(s)).attr('y1', margin.top).attr('y2', bottom + (low ? 30 : 5));
      const text = ticks.append('text').attr('y', bottom + (low ? 42 : 17));
      const half = encoders.get(s).join(', ').length * 3.2;
      text.attr('x', Math.min(Math.max(x(s), margin.left - 20 + half), right + 10 - half));
      text.append('tspan').text(size(s));
      text.append('tspan').attr('x', text.attr('x')).attr('dy', 13).style('fill', 'var(--ink)').text(encoders.get(s).join(', '));
    }
    if (guides.length) losses(svg, y, margin.left, right);
    for (const guide of guides) {
      svg.append('line').attr('class', 'zero').attr('x1', margin.left).attr('x2', right).attr('y1', y(guide.y)).attr('y2', y(guide.y));
      svg.append('text').attr('class', 'soft').attr('x', margin.left + 6).attr('y', y(guide.y) - 5).text(guide.text);
    }
    for (const level of supervisors) {
      const at = y(level.accuracy.median);
      svg.append('rect').attr('x', margin.left).attr('width', right - margin.left).attr('y', y(level.accuracy.max)).attr('height', y(level.accuracy.min) - y(level.accuracy.max)).attr('fill', 'var(--soft)').attr('fill-opacity', .09);
      svg.append('line').attr('x1', margin.left).attr('x2', right).attr('y1', at).attr('y2', at).attr('stroke', 'var(--soft)').attr('stroke-width', 1.6).attr('stroke-dasharray', '2 4');
      svg.append('text').attr('class', 'soft').attr('x', right - 4).attr('text-anchor', 'end').attr('y', at - 5).text(`${level.name} ${format(level.accuracy)[0]}`);
    }

    // Each point has a place of its own beside others of its size.
    const places = new Map();
    for (const s of all) {
      const here = curves.flatMap(c => c.points.filter(p => p.parameters === s));
      here.forEach((p, i) => places.set(p, x(s) + (i - (here.length - 1) / 2) * Math.min(11, 44 / here.length)));
    }
    for (const curve of [...curves].sort((a, b) => (b.role === 'CEILING') - (a.role === 'CEILING'))) {
      const ceiling = curve.role === 'CEILING';
      // Encoders of equal size: the line goes through the middle of them.
      const stops = d3.groups(curve.points.filter(p => p[key]), p => p.parameters)
          .map(([, ps]) => [d3.mean(ps, p => places.get(p)), y(d3.mean(ps, p => p[key].median))]);
      svg.append('path').attr('fill', 'none').attr('stroke', curve.ink).attr('stroke-width', ceiling ? 1.6 : 2.4)
          .attr('stroke-dasharray', ceiling ? '8 4' : null).attr('d', d3.line()(stops));
      for (const p of curve.points) {
        const at = places.get(p);
        const mark = svg.append('g').attr('transform', `translate(${at},0)`);
        if (!p[key]) {
          mark.append('path').attr('stroke', curve.ink).attr('stroke-width', 1.5).attr('d', `M-3,${bottom - 11}l6,6m0,-6l-6,6`);
        } else {
          const [top, base] = [y(p[key].max), y(p[key].min)];
          const limits = p.limits[key];
          // a limit outside the figure, or none, ends at its edge
          const inside = (limit, edge) => limit == null ? edge : Math.max(margin.top, Math.min(bottom, y(limit)));
          if (limits) mark.append('line').attr('stroke', curve.ink).attr('stroke-opacity', .55).attr('y1', inside(limits.high, margin.top)).attr('y2', inside(limits.low, bottom));
          if (p[key].defined > 1) mark.append('path').attr('stroke', curve.ink).attr('stroke-width', 1.5).attr('d', `M0,${top}V${base}M-3,${top}h6M-3,${base}h6`);
          mark.append('path').attr('transform', `translate(0,${y(p[key].median)})`).attr('d', d3.symbol(ceiling ? d3.symbolDiamond : d3.symbolCircle, ceiling ? 60 : 64)())
              .attr('fill', ceiling ? 'var(--paper)' : curve.ink).attr('stroke', ceiling ? curve.ink : 'var(--paper)').attr('stroke-width', ceiling ? 1.8 : 1.4);
        }
        mark.append('rect').attr('x', -6).attr('width', 12).attr('y', margin.top).attr('height', bottom - margin.top).attr('fill', 'transparent')
            .on('pointermove', event => show(event, `${p.model}: ${p.encoder}, ${count(p.parameters)} parameters`, [[curve.ink, `${curve.name}: ${words(p[key], format)}${p[key] && p.limits[key] ? ', ' + between(p.limits[key]) : ''}${key === 'pgr' ? ', ' + undefinedOf(p) : ''}`]]))
            .on('pointerleave', () => { tip.hidden = true; });
      }
    }
  }

  // A line has one colour in all figures of noise.
  const noiseLines = [...new Set((data.noise?.panels ?? []).flatMap(panel => panel.lines.map(line => line.name)))];
  const noiseInk = name => `var(--c${noiseLines.indexOf(name) % 6})`;

  /** One value of students against the share of their labels that are wrong; a figure for each type of noise. */
  function noise(id, key, { format, labels, label }) {
    const panels = data.noise.panels;
    cells(id, panels.map(panel => panel.title + ' noise'));
    const points = panels.flatMap(panel => panel.lines.flatMap(line => line.points));
    const ends = points.map(p => p[key]).filter(v => v).flatMap(v => [v.min, v.max])
        .concat(labels ? panels.map(panel => panel.ceiling?.median).filter(v => v) : []);
    const most = d3.max(points, p => p.wrong);
    panels.forEach((panel, i) => {
      const at = `${id}-${i}`, width = room(at), height = 280, margin = { top: 12, right: 14, bottom: 44, left: 46 };
      const right = width - margin.right, bottom = height - margin.bottom;
      const svg = frame(at, width, height, `${label}, ${panel.title} noise`);
      const x = d3.scaleLinear([0, most * 1.04], [margin.left, right]);
      const y = d3.scaleLinear(labels ? [Math.min(d3.min(ends), 1 - most), Math.max(d3.max(ends), 1)] : [0, d3.max(ends)], [bottom, margin.top]).nice(6);
      svg.append('g').attr('transform', `translate(${margin.left},0)`).call(d3.axisLeft(y).ticks(6).tickSize(-(right - margin.left)).tickPadding(8));
      svg.append('g').attr('transform', `translate(0,${bottom})`).call(d3.axisBottom(x).ticks(5, '.0%').tickSize(5).tickPadding(6));
      svg.append('text').attr('class', 'soft').attr('x', right).attr('y', height - 6).attr('text-anchor', 'end').text('wrong labels');
      if (labels) {
        svg.append('line').attr('x1', x(0)).attr('x2', x(most)).attr('y1', y(1)).attr('y2', y(1 - most)).attr('stroke', 'var(--soft)').attr('stroke-width', 1.6).attr('stroke-dasharray', '2 4');
        if (panel.ceiling) svg.append('line').attr('x1', margin.left).attr('x2', right).attr('y1', y(panel.ceiling.median)).attr('y2', y(panel.ceiling.median)).attr('stroke', 'var(--ink)').attr('stroke-width', 1.6).attr('stroke-dasharray', '8 4');
      }
      panel.lines.forEach((line, k) => {
        const shown = line.points.filter(p => p[key]), ink = noiseInk(line.name);
        svg.append('path').attr('fill', 'none').attr('stroke', ink).attr('stroke-width', 2.4).attr('d', d3.line(p => x(p.wrong), p => y(p[key].median))(shown));
        for (const p of shown) {
          const mark = svg.append('g').attr('transform', `translate(${x(p.wrong) + (k - (panel.lines.length - 1) / 2) * 4},0)`);
          const [top, base] = [y(p[key].max), y(p[key].min)];
          if (p[key].defined > 1) mark.append('path').attr('stroke', ink).attr('stroke-width', 1.5).attr('d', `M0,${top}V${base}M-3,${top}h6M-3,${base}h6`);
          mark.append('circle').attr('cy', y(p[key].median)).attr('r', 4.2).attr('fill', ink).attr('stroke', 'var(--paper)').attr('stroke-width', 1.4);
          mark.append('rect').attr('x', -6).attr('width', 12).attr('y', margin.top).attr('height', bottom - margin.top).attr('fill', 'transparent')
              .on('pointermove', event => show(event, `${p.student}: ${d3.format('.1%')(p.wrong)} wrong labels`, [[ink, `${line.name}: ${words(p[key], format)}`]]))
              .on('pointerleave', () => { tip.hidden = true; });
        }
      });
    });
  }

  const timeInk = { wrong: 'var(--c1)', student: 'var(--c0)', alert: 'var(--ink)', powered: 'var(--c2)', injected: 'var(--soft)' };

  /** Wrong labels and accuracy by window of event time, with the alerts; a figure for each student. */
  function time(id) {
    const panels = data.time.panels;
    cells(id, panels.map(panel => panel.title));
    panels.forEach((panel, i) => {
      const at = `${id}-${i}`, width = room(at), height = 280, margin = { top: 22, right: 14, bottom: 34, left: 46 };
      const right = width - margin.right, bottom = height - margin.bottom;
      const svg = frame(at, width, height, `Wrong labels and accuracy over time, ${panel.title}`);
      const middle = p => (p.startMs + p.endMs) / 2;
      const x = d3.scaleUtc([panel.points[0].startMs, panel.points.at(-1).endMs].map(ms => new Date(ms)), [margin.left, right]);
      const y = d3.scaleLinear([0, 1], [bottom, margin.top]);
      svg.append('g').attr('transform', `translate(${margin.left},0)`).call(d3.axisLeft(y).ticks(5, '.0%').tickSize(-(right - margin.left)).tickPadding(8));
      svg.append('g').attr('transform', `translate(0,${bottom})`).call(d3.axisBottom(x).ticks(Math.max(2, width / 90)).tickSize(5).tickPadding(6));
      for (const mark of panel.marks) {
        svg.append('line').attr('x1', x(mark.sinceMs)).attr('x2', x(mark.sinceMs)).attr('y1', margin.top).attr('y2', bottom).attr('stroke', timeInk.alert).attr('stroke-width', 1.4).attr('stroke-dasharray', '3 3');
        svg.append('rect').attr('x', x(mark.sinceMs) - 5).attr('width', 10).attr('y', margin.top).attr('height', bottom - margin.top).attr('fill', 'transparent')
            .on('pointermove', event => show(event, new Date(mark.sinceMs).toISOString(), [[timeInk.alert, `${mark.text}, found ${new Date(mark.untilMs).toISOString()}`]]))
            .on('pointerleave', () => { tip.hidden = true; });
      }
      svg.append('g').selectAll('line').data(panel.points.filter(p => p.low != null)).join('line').attr('x1', p => x(middle(p))).attr('x2', p => x(middle(p)))
          .attr('y1', p => y(p.low)).attr('y2', p => y(p.high)).attr('stroke', timeInk.wrong).attr('stroke-opacity', .5);
      const powered = panel.points.filter(p => p.powered), aside = p => x(middle(p)) + 6;
      svg.append('g').selectAll('line').data(powered).join('line').attr('x1', aside).attr('x2', aside)
          .attr('y1', p => y(p.powered.low)).attr('y2', p => y(p.powered.high)).attr('stroke', timeInk.powered).attr('stroke-width', 2.5);
      svg.append('g').selectAll('line').data(panel.points.filter(p => p.injected != null)).join('line').attr('x1', p => x(p.startMs)).attr('x2', p => x(p.endMs))
          .attr('y1', p => y(p.injected)).attr('y2', p => y(p.injected)).attr('stroke', timeInk.injected).attr('stroke-width', 1.4).attr('stroke-dasharray', '2 3');
      svg.append('g').selectAll('circle').data(powered).join('circle').attr('cx', aside).attr('cy', p => y(p.powered.value)).attr('r', 3.2).attr('fill', timeInk.powered)
          .on('pointermove', (event, p) => show(event, `${new Date(p.startMs).toISOString()}, truth and predictions`, [[timeInk.powered, `wrong labels ${d3.format('.1%')(p.powered.value)} [${d3.format('.1%')(p.powered.low)}, ${d3.format('.1%')(p.powered.high)}]`]].concat(
              p.injected == null ? [] : [[timeInk.injected, `changed by noise ${d3.format('.1%')(p.injected)}`]])))
          .on('pointerleave', () => { tip.hidden = true; });
      for (const side of ['wrong', 'student']) {
        const points = panel.points.filter(p => p[side] != null);
        svg.append('path').attr('fill', 'none').attr('stroke', timeInk[side]).attr('stroke-width', 2).attr('d', d3.line(p => x(middle(p)), p => y(p[side]))(points));
        svg.append('g').selectAll('circle').data(points).join('circle').attr('cx', p => x(middle(p))).attr('cy', p => y(p[side])).attr('r', 3.2).attr('fill', timeInk[side])
            .on('pointermove', (event, p) => show(event, `${new Date(p.startMs).toISOString()}, ${count(p.n)} examples with truth`, [[timeInk.wrong, `wrong labels ${d3.format('.1%')(p.wrong)}`], [timeInk.student, `student right ${d3.format('.1%')(p.student)}`]]))
            .on('pointerleave', () => { tip.hidden = true; });
      }
    });
  }

  function draw() {
    d3.selectAll('.figure > *').remove();
    gaps('gaps', data.gaps);
    if (data.time) time('time');
    if (data.noise) {
      noise('noise-accuracy', 'accuracy', { format: rate, labels: true, label: 'Accuracy on the holdout against the share of wrong labels' });
      noise('noise-repeated', 'repeated', { format: rate, labels: false, label: 'Share of wrong labels that the student repeats against the share of wrong labels' });
      if (document.getElementById('noise-ece')) noise('noise-ece', 'ece', { format: rate, labels: false, label: 'Calibration error of the student against the share of wrong labels' });
      if (document.getElementById('noise-lost')) noise('noise-lost', 'lost', { format: rate, labels: false, label: 'Accuracy lost since the best checkpoint against the share of wrong labels' });
    }
    if (data.sizes) {
      const levels = data.sizes.supervisors.filter(s => s.accuracy);
      sizes('size-accuracy', 'accuracy', { format: rate, guides: [], supervisors: levels, label: 'Accuracy on the holdout against parameters of the student' });
      sizes('size-pgr', 'pgr', { format: share, guides: [{ y: 0, text: 'supervisor' }, { y: 1, text: 'ceiling' }], supervisors: [], label: 'Performance gap recovered against parameters of the student' });
      sizes('size-right', 'right', { format: rate, guides: [], supervisors: [], label: 'Agreement with the supervisor when it is right, against parameters of the student' });
      sizes('size-wrong', 'wrong', { format: rate, guides: [], supervisors: [], label: 'Agreement with the supervisor when it is wrong, against parameters of the student' });
    }
    lines('accuracy', data.accuracy, { height: 400, format: rate, guides: [], label: 'Accuracy on the holdout against examples seen' });
    lines('pgr', data.pgr, { height: 340, format: share, label: 'Performance gap recovered against examples seen',
      guides: [{ y: 0, text: 'supervisor' }, { y: 1, text: 'ceiling' }] });
    if (document.getElementById('labels')) {
      lines('labels', data.labels, { height: 320, format: rate, guides: [], label: "Agreement with the supervisor's labels on the holdout against examples seen" });
      lines('ece', data.ece, { height: 320, format: rate, guides: [], label: 'Expected calibration error of the student against examples seen' });
    }
    const ys = data.right.concat(data.wrong).flatMap(c => c.points).filter(p => p.y);
    const both = [Math.max(0, Math.floor(10 * (d3.min(ys, p => p.y.min) ?? 0)) / 10), 1];
    for (const side of ['right', 'wrong']) {
      lines(side, data[side], { height: 320, format: rate, fixed: both, guides: [], label: `Agreement with the supervisor when it is ${side}, against examples seen` });
    }
  }

  if (data.sizes) legend('size-key', data.sizes);
  if (data.noise) {
    key('noise-key', noiseLines.map(name => [noiseInk(name), null, d3.symbolCircle, name]).concat([
      ['var(--soft)', '2 4', null, 'the labels themselves'], ['var(--ink)', '8 4', null, 'ceiling']]));
  }
  if (data.time) {
    key('time-key', [[timeInk.wrong, null, d3.symbolCircle, 'wrong labels of the supervisor'], [timeInk.student, null, d3.symbolCircle, 'accuracy of the student'], [timeInk.alert, '3 3', null, 'alert']].concat(
      data.time.panels.some(panel => panel.points.some(p => p.powered)) ? [[timeInk.powered, null, d3.symbolCircle, 'wrong labels, from truth and predictions']] : [],
      data.time.panels.some(panel => panel.points.some(p => p.injected != null)) ? [[timeInk.injected, '2 3', null, 'labels that noise changed']] : []));
  }
  if (data.facets.length) {
    key('line-key', hues.map((name, i) => [`var(--c${i % 6})`, i > 5 ? '10 3' : null, null, name]).concat([
      ['var(--soft)', '2 4', null, 'supervisor'], ['var(--ink)', '8 4', null, 'ceiling']]));
    if (data.sizes) document.getElementById('lines').before(document.getElementById('sizes')); // what a grid is about
    if (data.noise) document.getElementById('lines').before(document.getElementById('noise'));
  }
  draw();
  let drawn = innerWidth;
  addEventListener('resize', () => {
    if (innerWidth !== drawn) {
      drawn = innerWidth;
      draw();
    }
  });
})();
