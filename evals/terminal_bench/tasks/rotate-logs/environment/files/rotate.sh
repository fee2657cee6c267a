#!/bin/bash
# rotate.sh DIR KEEP: rotate all logs in DIR, keep KEEP archives of each.
dir=$1
keep=$2

cd $dir

for log in $(ls *.log*); do
    n=1
    while [ $n -lt $keep ]; do
        next=$((n + 1))
        if [ -f $log.$n.gz ]; then
            mv $log.$n.gz $log.$next.gz
        fi
        n=$next
    done

    # drop what is too old
    oldest=$(ls -t $log.*.gz | head -n 1)
    if [ $(ls $log.*.gz | wc -l) -gt $keep ]; then
        rm $oldest
    fi

    mv $log $log.1
    gzip $log.1
    touch $log
done
