package dev.belay.aggregators.state;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.WriteBufferManager;

/**
 * One cache of 64 MiB, memtables included, for all RocksDB stores of the process. By default each
 * store has 50 MiB and more, and there are three stores a partition. Index and filter blocks count
 * too.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {
    private static final long CACHE_BYTES = 64L << 20;
    private static final long MEMTABLE_BYTES = 40L << 20;
    private static final long WRITE_BUFFER_BYTES = 8L << 20;
    private static final long LARGE_BYTES = 1L << 10;
    private static final long BLOB_FILE_BYTES = 32L << 20;

    // for the life of the process: stores come and go with their tasks
    private static final Cache CACHE = new LRUCache(CACHE_BYTES);
    private static final WriteBufferManager BUFFERS = new WriteBufferManager(MEMTABLE_BYTES, CACHE);

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        if (options.tableFormatConfig() instanceof BlockBasedTableConfig table) {
            table.setBlockCache(CACHE);
            table.setCacheIndexAndFilterBlocks(true);
            options.setTableFormatConfig(table);
        }
        options.setWriteBufferManager(BUFFERS);
        options.setWriteBufferSize(WRITE_BUFFER_BYTES);
        options.setMaxWriteBufferNumber(2);
        // what is large (blocks, tallies) is written once, to files of its own: compactions, which
        // would write it again and again, move the keys only
        options.setEnableBlobFiles(true);
        options.setMinBlobSize(LARGE_BYTES);
        options.setBlobFileSize(BLOB_FILE_BYTES);
        options.setEnableBlobGarbageCollection(true);
    }

    @Override
    public void close(String storeName, Options options) {
        // cache and buffers are shared
    }
}
