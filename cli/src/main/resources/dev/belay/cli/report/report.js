'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const tip = document.getElementById('tip');
  const rate = value => value == null ? '–' : value.toFixed(3);
  const share = value => value == null ? '–' : value.toFixed(2).replace('-', '−');
  const count = d3.format(',');
  const short = name => name.length > 17 ? name.slice(0, 16) + '…' : name;

  // A student has the same colour in every figure. Supervisors and ceilings are the frame, not the
  // picture: ink and grey, dashed.
  const students = [...new Set(data.gaps.map(gap => gap.student).concat(data.pgr.map(c => c.name)))];
  const colour = curve => curve.role === 'STUDENT' ? `var(--c${students.indexOf(curve.name) % 6})`
      : curve.role === 'CEILING' ? 'var(--ink)' : 'var(--soft)';
  // Six colours; the students after them take them again, dashed.
  const dashes = curve => curve.role === 'SUPERVISOR' ? '2 4' : curve.role === 'CEILING' ? '8 4'
      : students.indexOf(curve.name) > 5 ? '10 3' : null;

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

  function lines(id, curves, { width, height, format, fixed, guides, label }) {
    curves = curves.filter(curve => curve.points.some(p => p.y));
    if (!curves.length) {
      return empty(id, 'Undefined at every checkpoint of this run.');
    }
    const margin = { top: 14, right: 138, bottom: 44, left: 46 };
    const right = width - margin.right;
    const bottom = height - margin.bottom;
    const svg = frame(id, width, height, label);
    const known = curves.flatMap(curve => curve.points.filter(p => p.y));
    const x = d3.scaleLinear([0, d3.max(curves, c => d3.max(c.points, p => p.x))], [margin.left, right]);
    // Medians are always in sight; a band that shoots out of the figure is cut off at its edge.
    const ends = known.map(p => p.y.median).concat(guides.map(guide => guide.y));
    const room = (d3.max(ends) - d3.min(ends)) * .12 || .05;
    const low = Math.max(d3.min(known, p => p.y.min), d3.min(ends) - room);
    const high = Math.min(d3.max(known, p => p.y.max), d3.max(ends) + room);
    const y = d3.scaleLinear(fixed || [Math.min(low, d3.min(ends)), Math.max(high, d3.max(ends))], [bottom, margin.top]);
    if (!fixed) y.nice(6);

    svg.append('g').attr('transform', `translate(${margin.left},0)`)
        .call(d3.axisLeft(y).ticks(6).tickSize(-(right - margin.left)).tickPadding(8));
    svg.append('g').attr('transform', `translate(0,${bottom})`)
        .call(d3.axisBottom(x).ticks(width / 120).tickSize(5).tickPadding(6).tickFormat(count));
    svg.append('text').attr('class', 'soft').attr('x', right).attr('y', bottom + 38)
        .attr('text-anchor', 'end').text('examples seen');
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
      const line = students.indexOf(curve.name);
      svg.append('g').attr('stroke', stroke).attr('stroke-width', 1.5).selectAll('path')
          .data(points.filter(p => !p.y)).join('path')
          .attr('d', p => `M${x(p.x) - 3},${bottom - 8 - 9 * line - 3}l6,6m0,-6l-6,6`);
      labels.push({ y: y(last.y.median), text: short(curve.name), value: format(last.y.median), stroke, x: rule ? right : x(last.x), role: curve.role });
    }
    for (const l of apart(labels, 16, margin.top, bottom)) {
      svg.append('path').attr('fill', 'none').attr('stroke', l.stroke).attr('stroke-opacity', .5)
          .attr('d', `M${l.x + 5},${l.y}L${Math.max(l.x + 6, right + 2)},${l.y}L${right + 12},${l.at}`);
      const text = svg.append('text').attr('x', right + 16).attr('y', l.at).attr('dy', '.35em').style('fill', l.stroke)
          .attr('font-weight', l.role === 'STUDENT' ? 650 : 400);
      text.append('tspan').text(l.text);
      text.append('tspan').attr('dx', 6).attr('font-weight', 400).text(l.value);
    }
    hover(svg, curves, { x, margin, right, bottom, format });
  }

  function hover(svg, curves, { x, margin, right, bottom, format }) {
    const xs = [...new Set(curves.flatMap(c => c.points.map(p => p.x)))].sort(d3.ascending);
    const cross = svg.append('line').attr('class', 'zero').attr('y1', margin.top).attr('y2', bottom).attr('visibility', 'hidden');
    svg.append('rect').attr('x', margin.left).attr('y', margin.top).attr('width', right - margin.left)
        .attr('height', bottom - margin.top).attr('fill', 'transparent')
        .on('pointermove', event => {
          const seen = d3.least(xs, value => Math.abs(x(value) - d3.pointer(event)[0]));
          cross.attr('visibility', 'visible').attr('x1', x(seen)).attr('x2', x(seen));
          tip.replaceChildren();
          const head = document.createElement('b');
          head.textContent = `${count(seen)} examples seen`;
          tip.append(head);
          for (const curve of curves) {
            const point = curve.points.length === 1 ? curve.points[0] : curve.points.find(p => p.x === seen);
            if (!point) continue;
            const row = document.createElement('div');
            const dot = document.createElement('i');
            dot.style.background = colour(curve);
            const spread = point.y && point.y.defined > 1 ? ` (${format(point.y.min)} to ${format(point.y.max)})` : '';
            row.append(dot, `${curve.name} ${point.y ? format(point.y.median) + spread : 'undefined'}`);
            tip.append(row);
          }
          tip.hidden = false;
          const left = event.pageX + 16 + tip.offsetWidth > document.documentElement.clientWidth ? event.pageX - tip.offsetWidth - 16 : event.pageX + 16;
          tip.style.left = Math.max(0, left) + 'px';
          tip.style.top = event.pageY + 12 + 'px';
        })
        .on('pointerleave', () => { tip.hidden = true; cross.attr('visibility', 'hidden'); });
  }

  /** The way from supervisor to ceiling, and how far along it each student came. */
  function gaps(id, pairs) {
    pairs = pairs.filter(pair => pair.supervisorAccuracy && pair.studentAccuracy);
    if (!pairs.length) {
      return empty(id, 'No pair has been compared yet.');
    }
    const width = 1130, step = 46, left = 170, right = 960, top = 46;
    const height = top + step * pairs.length + 12;
    const svg = frame(id, width, height, 'Accuracy of each student between its supervisor and its ceiling');
    const marks = pair => [pair.supervisorAccuracy, pair.studentAccuracy, pair.ceilingAccuracy].filter(m => m);
    const all = pairs.flatMap(marks);
    const x = d3.scaleLinear([d3.min(all, m => m.min), d3.max(all, m => m.max)], [left, right]).nice(8);
    svg.append('g').attr('transform', `translate(0,${top - 10})`)
        .call(d3.axisTop(x).ticks(8).tickSize(-(height - top + 2)).tickPadding(6));
    svg.append('text').attr('class', 'soft').attr('x', left).attr('y', 8).text('accuracy on the holdout');
    const key = svg.append('g').attr('transform', `translate(${right},4)`).attr('text-anchor', 'end');
    key.append('text').attr('class', 'soft').attr('dy', '.32em').text('┃ supervisor\u2003● student\u2003◇ ceiling\u2003─ range over seeds');
    pairs.forEach((pair, i) => {
      const y = top + step * (i + .5);
      const stroke = colour({ role: 'STUDENT', name: pair.student });
      const row = svg.append('g').attr('transform', `translate(0,${y})`);
      const [w, s, c] = [pair.supervisorAccuracy, pair.studentAccuracy, pair.ceilingAccuracy];
      row.append('text').attr('x', left - 16).attr('dy', '-.05em').attr('text-anchor', 'end').attr('font-weight', 650).style('fill', stroke).text(short(pair.student));
      row.append('text').attr('class', 'soft').attr('x', left - 16).attr('dy', '1.15em').attr('text-anchor', 'end').attr('font-size', 11.5).text('taught by ' + short(pair.supervisor));
      const bar = (from, to, fill, tall) => row.append('rect').attr('x', Math.min(x(from), x(to))).attr('width', Math.abs(x(to) - x(from)))
          .attr('y', -tall / 2).attr('height', tall).attr('rx', 2).attr('fill', fill);
      if (c) bar(w.median, c.median, 'var(--rule)', 12);
      bar(w.median, s.median, stroke, 12).attr('fill-opacity', .55);
      for (const [mark, ink] of [[w, 'var(--soft)'], [s, stroke], [c, 'var(--ink)']]) {
        if (mark && mark.defined > 1) {
          row.append('line').attr('x1', x(mark.min)).attr('x2', x(mark.max)).attr('y1', 12).attr('y2', 12).attr('stroke', ink).attr('stroke-width', 2);
        }
      }
      row.append('rect').attr('x', x(w.median) - 2.5).attr('y', -10).attr('width', 5).attr('height', 20).attr('fill', 'var(--soft)');
      if (c) row.append('path').attr('d', d3.symbol(d3.symbolDiamond, 110)()).attr('transform', `translate(${x(c.median)},0)`).attr('fill', 'var(--paper)').attr('stroke', 'var(--ink)').attr('stroke-width', 2);
      row.append('circle').attr('cx', x(s.median)).attr('r', 7.5).attr('fill', stroke).attr('stroke', 'var(--paper)').attr('stroke-width', 2);
      const pgr = row.append('text').attr('x', right + 20).attr('dy', '.35em');
      if (pair.pgr) {
        pgr.append('tspan').attr('font-weight', 700).attr('font-size', 19).text(share(pair.pgr.median));
        pgr.append('tspan').attr('class', 'soft').attr('dx', 7).text('PGR');
      } else {
        pgr.attr('class', 'soft').text('PGR undefined');
        row.append('text').attr('class', 'soft').attr('font-size', 11.5).attr('x', right + 20).attr('dy', '1.6em').text(pair.pgrUndefined || '');
      }
    });
  }

  gaps('gaps', data.gaps);
  lines('accuracy', data.accuracy, { width: 1130, height: 400, format: rate, guides: [], label: 'Accuracy on the holdout against examples seen' });
  lines('pgr', data.pgr, { width: 1130, height: 340, format: share, label: 'Performance gap recovered against examples seen',
    guides: [{ y: 0, text: 'supervisor' }, { y: 1, text: 'ceiling' }] });
  const ys = data.right.concat(data.wrong).flatMap(c => c.points).filter(p => p.y);
  const both = [Math.max(0, Math.floor(10 * (d3.min(ys, p => p.y.min) ?? 0)) / 10), 1];
  for (const side of ['right', 'wrong']) {
    lines(side, data[side], { width: 560, height: 320, format: rate, fixed: both, guides: [], label: `Agreement with the supervisor when it is ${side}, against examples seen` });
  }
})();
