package dev.belay.cli.table;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Lines with lines below them, drawn with their branches. */
public final class TextTree {
    private final String text;
    private final List<TextTree> below = new ArrayList<>();

    public TextTree(String text) {
        this.text = text;
    }

    /** Adds a line below this one and returns it. */
    public TextTree add(String line) {
        return add(new TextTree(line));
    }

    public TextTree add(TextTree tree) {
        below.add(tree);
        return tree;
    }

    public void print(PrintWriter out) {
        out.println(text);
        print(out, "");
    }

    private void print(PrintWriter out, String indent) {
        for (int i = 0; i < below.size(); i++) {
            boolean last = i == below.size() - 1;
            out.println(indent + (last ? "└─ " : "├─ ") + below.get(i).text);
            below.get(i).print(out, indent + (last ? "   " : "│  "));
        }
    }
}
