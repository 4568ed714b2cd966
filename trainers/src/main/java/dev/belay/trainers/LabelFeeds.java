package dev.belay.trainers;

import dev.belay.runtime.Clients;
import dev.belay.runtime.ProgressTable;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;

/**
 * All feeds of a trainer: models that learn from the same labels and stand near each other share
 * one. Belongs to the training thread.
 */
final class LabelFeeds implements AutoCloseable {
    private final Clients clients;
    private final Ahead ahead;
    private final List<LabelFeed> feeds = new ArrayList<>();

    /**
     * @param ahead told what will have to be encoded
     */
    LabelFeeds(Clients clients, Ahead ahead) {
        this.clients = clients;
        this.ahead = ahead;
    }

    /** Begins to read for a model. */
    void add(LabelSource source) {
        for (LabelFeed feed : feeds) {
            if (feed.key().equals(LabelFeed.Key.of(source.spec())) && feed.isNear(source)) {
                feed.add(source);
                return;
            }
        }
        feeds.add(new LabelFeed(clients, source, ahead));
    }

    /** Takes in what has come for a model, and for those it shares its feed with. */
    void poll(LabelSource source, ProgressTable progress, Admin admin) {
        LabelFeed feed = of(source);
        feed.poll();
        feed.lookForEnds(progress, admin);
        for (LabelSource one : feed.sources()) {
            if (one.isOverfull() && feed.sources().size() > 1) {
                feed.remove(one); // it would take ever more for the sake of the others
                feeds.add(new LabelFeed(clients, one, ahead));
            }
        }
    }

    /** Labels that a model has not learned from yet, as far as that is known. */
    long lag(LabelSource source) {
        return source.waiting() + of(source).lag();
    }

    /** Ends reading for a model. */
    void remove(LabelSource source) {
        LabelFeed feed = of(source);
        feed.remove(source);
        if (feed.sources().isEmpty()) {
            feeds.remove(feed);
            feed.close();
        }
    }

    private LabelFeed of(LabelSource source) {
        for (LabelFeed feed : feeds) {
            if (feed.sources().contains(source)) {
                return feed;
            }
        }
        throw new IllegalStateException(source + " is not read");
    }

    @Override
    public void close() {
        feeds.forEach(LabelFeed::close);
        feeds.clear();
    }
}
